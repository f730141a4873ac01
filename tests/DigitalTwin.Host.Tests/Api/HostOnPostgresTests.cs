using System.Diagnostics;
using System.Net;
using System.Text.Json;
using DigitalTwin.Actors.Tests.Journals;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Postgres.Tests;

namespace DigitalTwin.Host.Tests.Api;

/// <summary>The host with its journal in a database, which it is let into by a pass file.</summary>
public sealed class HostOnPostgresTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [JournalFact]
    public async Task It_records_there_and_knows_everything_when_it_comes_back_and_a_second_host_waits_in_vain_for_its_shards()
    {
        string[] options = OptionsFor(TestServer.Shared, "plant");
        await using (HostUnderTest host = await HostUnderTest.StartAsync(folder.Path, null, options))
        {
            await using MadeGateway gateway = await MadeGateway.LinkAsync(host);
            await gateway.ReportAsync(Made.State(MadePlant.Robot, MadePlant.Morning, PackmlState.Held));
            JsonElement journal = await host.GetAsync("/api/v1/journal");
            Assert.Equal("postgresql", journal.GetProperty("store").GetString());
            Assert.True(journal.GetProperty("events").GetInt64() > 0);
            string owner = (await host.GetAsync("/api/v1/shards")).GetProperty("items")[0].GetProperty("owner").GetString()!;

            using var elsewhere = new TemporaryFolder();
            (int exitCode, string told) = await RefusedAsync(elsewhere.Path, options);
            Assert.Equal(1, exitCode);
            Assert.Contains($"is run by {owner}", told, StringComparison.Ordinal);
            Assert.Contains("Stop the host that runs it", told, StringComparison.Ordinal);
            Assert.Equal(0, await host.StopAsync());
        }

        long started = Stopwatch.GetTimestamp();
        await using HostUnderTest again = await HostUnderTest.StartAsync(folder.Path, null, options);
        Assert.Equal("Held", (await again.GetAsync($"/api/v1/twins/{MadePlant.Robot}")).GetProperty("state").GetString());
        // Its leases were released at the end: nobody has to wait until they have run out.
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 14);
    }

    [JournalFact]
    public async Task A_password_that_is_not_the_databases_is_told_in_a_sentence_that_does_not_hold_it()
    {
        (int exitCode, string told) = await RefusedAsync(folder.Path, OptionsFor(TestServer.Shared, "not-the-password"));
        Assert.Equal(1, exitCode);
        Assert.StartsWith("The journal in PostgreSQL cannot be used: PostgreSQL does not let this program in", told, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-password", told, StringComparison.Ordinal);
    }

    [JournalFact]
    public async Task What_needs_the_journal_says_that_the_database_is_away_and_what_does_not_goes_on()
    {
        using var server = new TestServer();
        await using HostUnderTest host = await HostUnderTest.StartAsync(folder.Path, null, OptionsFor(server, "plant"));
        server.Stop();
        foreach (string path in (string[])["/api/v1/journal", $"/api/v1/twins/{MadePlant.Robot}/events", $"/api/v1/twins/{MadePlant.Robot}/states", $"/api/v1/oee/{MadePlant.First}/losses"])
        {
            string told = await host.RefusalAsync(path, HttpStatusCode.ServiceUnavailable, "NOT_READY");
            Assert.StartsWith("What is recorded cannot be read now: The PostgreSQL server does not answer", told, StringComparison.Ordinal);
            Assert.Contains("Start it, or check Host and Port.", told, StringComparison.Ordinal);
        }

        await host.RefusalAsync("/api/v1/shards", HttpStatusCode.ServiceUnavailable, "NOT_READY");
        Assert.Equal(MadePlant.Robot, (await host.GetAsync($"/api/v1/twins/{MadePlant.Robot}")).GetProperty("id").GetString());
        server.Start();
        Assert.Equal("postgresql", (await host.GetAsync("/api/v1/journal")).GetProperty("store").GetString());
    }

    public void Dispose() => folder.Dispose();

    private string[] OptionsFor(TestServer server, string password)
    {
        string file = folder["pgpass"];
        File.WriteAllText(file, $"127.0.0.1:{server.Port}:plant:postgres:{password}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return ["--postgres", $"Host=127.0.0.1;Port={server.Port};Database=plant;Username=postgres;Passfile={file}"];
    }

    private static async Task<(int ExitCode, string Told)> RefusedAsync(string data, params string[] options)
    {
        using Process process = HostUnderTest.Launch(data, options);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string told = await process.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync().WaitAsync(Host.Tests.Wait.Patience);
        await output;
        return (process.ExitCode, told.TrimEnd());
    }
}
