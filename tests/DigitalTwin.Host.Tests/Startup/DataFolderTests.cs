using System.Text.Json;
using DigitalTwin.Host.Startup;

namespace DigitalTwin.Host.Tests.Startup;

public class DataFolderTests
{
    [Fact]
    public void A_second_host_on_the_same_folder_is_refused_until_the_first_has_ended()
    {
        using var folder = new TemporaryFolder();
        using (DataFolder.Hold(new DirectoryInfo(folder.Path)))
        {
            StartupException refused = Assert.Throws<StartupException>(() => DataFolder.Hold(new DirectoryInfo(folder.Path)));
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains(folder.Path, refused.Message, StringComparison.Ordinal);
            Assert.Contains("Another host is running", refused.Message, StringComparison.Ordinal);
            Assert.Contains("--data", refused.Message, StringComparison.Ordinal);
        }

        DataFolder.Hold(new DirectoryInfo(folder.Path)).Dispose();
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named_with_the_cure()
    {
        using var folder = new TemporaryFolder();
        string file = folder["data"];
        File.WriteAllText(file, "a file where the folder should be");
        StartupException refused = Assert.Throws<StartupException>(() => DataFolder.Hold(new DirectoryInfo(file)));
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be written", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ports_of_all_processes_stand_side_by_side_however_many_tell_theirs_at_once()
    {
        using var folder = new TemporaryFolder();
        using DataFolder data = DataFolder.Hold(new DirectoryInfo(folder.Path));
        using var together = new Barrier(8);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(process => Task.Factory.StartNew(() =>
        {
            together.SignalAndWait();
            for (int port = 0; port < 5; port++)
                PortsFile.Merge(data, new Dictionary<string, int> { [$"process{process}.{port}"] = 1000 * process + port });
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Dictionary<string, int> told = JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(data["run/ports.json"]))!;
        Assert.Equal(40, told.Count);
        Assert.All(told, entry => Assert.Equal(entry.Key, $"process{entry.Value / 1000}.{entry.Value % 1000}"));
        Assert.False(File.Exists(data["run/ports.json.lock"]));
    }

    [Fact]
    public void The_lock_of_a_process_that_has_died_is_broken_at_once()
    {
        using var folder = new TemporaryFolder();
        using DataFolder data = DataFolder.Hold(new DirectoryInfo(folder.Path));
        File.WriteAllText(data["run/ports.json.lock"], "");
        File.SetLastWriteTimeUtc(data["run/ports.json.lock"], DateTime.UtcNow.AddSeconds(-6));
        long started = Environment.TickCount64;
        PortsFile.Merge(data, new Dictionary<string, int> { ["http"] = 5080 });
        Assert.InRange(Environment.TickCount64 - started, 0, 4000);
        Assert.Equal(5080, JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(data["run/ports.json"]))!["http"]);
    }

    [Fact]
    public void A_lock_that_is_held_is_waited_for()
    {
        using var folder = new TemporaryFolder();
        using DataFolder data = DataFolder.Hold(new DirectoryInfo(folder.Path));
        string held = data["run/ports.json.lock"];
        File.WriteAllText(held, "");
        var merging = new Thread(() => PortsFile.Merge(data, new Dictionary<string, int> { ["http"] = 5080 }));
        merging.Start();
        Assert.True(SpinWait.SpinUntil(() => merging.ThreadState.HasFlag(ThreadState.WaitSleepJoin), Wait.Patience));
        File.WriteAllText(data["run/ports.json"], """{"plant":4000}""");
        File.Delete(held);
        Assert.True(merging.Join(Wait.Patience));
        Assert.Equal(["http", "plant"], JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(data["run/ports.json"]))!.Keys.Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"http\":50")]
    [InlineData("[]")]
    public void A_ports_file_that_a_loss_of_power_has_cut_off_is_written_anew(string left)
    {
        using var folder = new TemporaryFolder();
        using DataFolder data = DataFolder.Hold(new DirectoryInfo(folder.Path));
        File.WriteAllText(data["run/ports.json"], left);
        PortsFile.Merge(data, new Dictionary<string, int> { ["http"] = 5080 });
        Assert.Equal(5080, JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(data["run/ports.json"]))!["http"]);
    }
}
