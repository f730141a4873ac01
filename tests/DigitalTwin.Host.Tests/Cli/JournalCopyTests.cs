using System.Text.Json;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Persistence.Sqlite;

namespace DigitalTwin.Host.Tests.Cli;

/// <summary>`twin journal stat|dump|backup|restore` on real journals, with no host.</summary>
public sealed class JournalCopyTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private readonly string place = Directory.CreateTempSubdirectory("twin-copy-").FullName;

    private string Data => Path.Combine(place, "data");

    private string Backup => Path.Combine(place, "journal.backup");

    private string Restored => Path.Combine(place, "restored");

    public void Dispose() => Directory.Delete(place, recursive: true);

    [Fact]
    public async Task A_backup_that_is_restored_elsewhere_verifies_with_the_same_head()
    {
        Write(12);
        var backup = await TwinProcess.Run("journal", "backup", Backup, "--data", Data, "-o", "json");
        Assert.Equal((0, ""), (backup.ExitCode, backup.Errors));
        var written = JsonDocument.Parse(backup.Output).RootElement;
        Assert.Equal(["plant", "events", "headOffset", "headHash", "bytes"], written.EnumerateObject().Select(member => member.Name));
        Assert.Equal(12, written.GetProperty("events").GetInt64());

        var restored = await TwinProcess.Run("journal", "restore", Backup, "--data", Restored);
        Assert.Equal(0, restored.ExitCode);
        Assert.Contains("restored plant leipzig, 12 events, head offset 12", restored.Output, StringComparison.Ordinal);
        var verified = await TwinProcess.Run("journal", "verify", "--data", Restored, "-o", "json");
        Assert.Equal(0, verified.ExitCode);
        Assert.Equal(written.GetProperty("headHash").GetString(), JsonDocument.Parse(verified.Output).RootElement.GetProperty("headHash").GetString());
    }

    [Fact]
    public async Task Nothing_that_exists_is_replaced()
    {
        Write(3);
        await File.WriteAllTextAsync(Backup, "mine");
        var backup = await TwinProcess.Run("journal", "backup", Backup, "--data", Data);
        Assert.Equal(1, backup.ExitCode);
        Assert.Contains($"{Backup} exists", backup.Errors, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(Backup));

        File.Delete(Backup);
        Assert.Equal(0, (await TwinProcess.Run("journal", "backup", Backup, "--data", Data)).ExitCode);
        var restore = await TwinProcess.Run("journal", "restore", Backup, "--data", Data);
        Assert.Equal(1, restore.ExitCode);
        Assert.Contains("is not empty", restore.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_that_is_cut_off_is_refused_and_nothing_is_left_of_it()
    {
        Write(12);
        Assert.Equal(0, (await TwinProcess.Run("journal", "backup", Backup, "--data", Data)).ExitCode);
        await using (var file = File.OpenWrite(Backup)) file.SetLength(file.Length - 20);
        var restore = await TwinProcess.Run("journal", "restore", Backup, "--data", Restored, "--json");
        Assert.Equal(1, restore.ExitCode);
        Assert.Contains("is no whole backup", JsonDocument.Parse(restore.Output).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Restored) && Directory.EnumerateFileSystemEntries(Restored).Any());
    }

    [Fact]
    public async Task What_is_not_there_ends_with_3_and_what_cannot_be_meant_with_2()
    {
        Assert.Equal(3, (await TwinProcess.Run("journal", "backup", Backup, "--data", Data)).ExitCode);
        Assert.Equal(3, (await TwinProcess.Run("journal", "restore", Backup, "--data", Restored)).ExitCode);
        Assert.Equal(3, (await TwinProcess.Run("journal", "dump", "--data", Data)).ExitCode);
        Assert.Equal(3, (await TwinProcess.Run("journal", "stat", "--data", Data)).ExitCode);
        Assert.Equal(2, (await TwinProcess.Run("journal", "verify", "--data", Data, "--postgres", "Host=localhost")).ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(place));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_ends_with_7()
    {
        var run = await TwinProcess.Run("journal", "verify", "--postgres", "Host=127.0.0.1;Port=1;Database=none;Username=nobody", "--json");
        Assert.Equal(7, run.ExitCode);
        Assert.Equal("UNREACHABLE", JsonDocument.Parse(run.Output).RootElement.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_dump_prints_one_line_of_json_for_each_event()
    {
        Write(3);
        var run = await TwinProcess.Run("journal", "dump", "--data", Data);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(3, run.Lines.Count);
        var second = JsonDocument.Parse(run.Lines[1]).RootElement;
        Assert.Equal((2, "leipzig.body.line1", 2, "{\"n\":2}"), (second.GetProperty("offset").GetInt64(), second.GetProperty("entity").GetString(), second.GetProperty("seq").GetInt64(), second.GetProperty("payload").GetRawText()));
    }

    [Fact]
    public async Task Stat_of_a_folder_tells_what_is_recorded_without_a_host()
    {
        Write(3);
        var run = await TwinProcess.Run("journal", "stat", "--data", Data);
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("3 events of 1 entities, head offset 3", run.Lines[0], StringComparison.Ordinal);
        Assert.Contains("plant leipzig, format 2, newest epoch 1", run.Output, StringComparison.Ordinal);
        Assert.Contains("line.noted.v1", run.Output, StringComparison.Ordinal);
        var json = JsonDocument.Parse((await TwinProcess.Run("journal", "stat", "--data", Data, "--json")).Output).RootElement;
        Assert.Equal(3, json.GetProperty("names")[0].GetProperty("events").GetInt64());
    }

    private void Write(int events)
    {
        using var journal = SqliteJournal.Open(new SqliteJournalOptions(Path.Combine(Data, "journal"), "leipzig"));
        var lease = journal.Acquire(new ShardId("all"), "test", TimeSpan.FromMinutes(1)).Lease!;
        for (var seq = 0; seq < events; seq++)
        {
            var results = new AppendResult[1];
            journal.Append([new Append(lease, new EntityId("leipzig.body.line1"), seq, [new NewEvent("line.noted.v1", Noon, System.Text.Encoding.UTF8.GetBytes($$"""{"n":{{seq + 1}}}"""))])], Noon, results);
            Assert.Equal(AppendStatus.Stored, results[0].Status);
        }
    }
}
