using System.Text.Json;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Persistence.Sqlite;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Host.Tests.Cli;

/// <summary>On real journals, with no host.</summary>
public sealed class JournalVerifyTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private readonly string data = Directory.CreateTempSubdirectory("twin-journal-").FullName;

    [Fact]
    public async Task A_whole_journal_is_counted_and_its_head_is_that_of_the_writer()
    {
        var head = Write("leipzig.body.line1.cell1.robot", "leipzig.body.line1.cell2.robot", "leipzig.body.line1.cell1.robot");
        var run = await TwinProcess.Run("journal", "verify", "--data", data, "-o", "json");
        Assert.Equal(0, run.ExitCode);
        var report = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(["events", "entities", "headSeq", "headHash", "whole", "faults"], report.EnumerateObject().Select(member => member.Name));
        Assert.Equal(3, report.GetProperty("events").GetInt64());
        Assert.Equal(2, report.GetProperty("entities").GetInt64());
        Assert.Equal(head.Offset, report.GetProperty("headSeq").GetInt64());
        Assert.Equal(Convert.ToHexStringLower(head.Hash.Span), report.GetProperty("headHash").GetString());
        Assert.True(report.GetProperty("whole").GetBoolean());
        Assert.Empty(report.GetProperty("faults").EnumerateArray());
    }

    [Fact]
    public async Task A_journal_is_checked_while_its_host_writes_to_it()
    {
        using var journal = Open();
        Append(journal, "leipzig.body.line1.cell1.robot");
        var run = await TwinProcess.Run("journal", "verify", "--data", data);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("whole, 1 events of 1 entities, head offset 1", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_event_is_found_named_and_ends_with_1()
    {
        Write("leipzig.body.line1.cell1.robot", "leipzig.body.line1.cell2.robot");
        Change("UPDATE events SET payload = CAST('{\"n\":2}' AS BLOB) WHERE offset = 2");
        var text = await TwinProcess.Run("journal", "verify", "--data", data);
        Assert.Equal(1, text.ExitCode);
        Assert.StartsWith("FAULT  offset 2  leipzig.body.line1.cell2.robot", text.Lines[0], StringComparison.Ordinal);
        Assert.Contains("NOT WHOLE", text.Lines[^1], StringComparison.Ordinal);

        var json = await TwinProcess.Run("journal", "verify", "--data", data, "--json");
        Assert.Equal(1, json.ExitCode);
        var report = JsonDocument.Parse(json.Output).RootElement;
        Assert.False(report.GetProperty("whole").GetBoolean());
        Assert.Equal(2, report.GetProperty("faults")[0].GetProperty("offset").GetInt64());
    }

    [Fact]
    public async Task Events_cut_off_the_end_are_missed()
    {
        Write("leipzig.body.line1.cell1.robot", "leipzig.body.line1.cell2.robot");
        Change("DELETE FROM events WHERE offset = 2");
        Assert.Equal(1, (await TwinProcess.Run("journal", "verify", "--data", data)).ExitCode);
    }

    [Fact]
    public async Task A_journal_without_its_witness_opens_again_once_its_end_is_accepted()
    {
        Write("leipzig.body.line1.cell1.robot", "leipzig.body.line1.cell2.robot");
        File.Delete(Path.Combine(data, "journal", "journal.head"));
        Assert.Contains("accept-head", Assert.Throws<JournalRefusedException>(Open).Message, StringComparison.Ordinal);
        Assert.Equal(2, (await TwinProcess.Run("journal", "accept-head", "--data", data)).ExitCode);
        Assert.Equal(0, (await TwinProcess.Run("journal", "accept-head", "--data", data, "--yes")).ExitCode);
        using var journal = Open();
        Assert.Equal(2, journal.Head.Offset);
    }

    [Fact]
    public async Task A_file_that_is_no_journal_ends_with_1()
    {
        Directory.CreateDirectory(Path.Combine(data, "journal"));
        await File.WriteAllTextAsync(Path.Combine(data, "journal", "journal.db"), new string('x', 8192));
        var run = await TwinProcess.Run("journal", "verify", "--data", data);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("not a database", run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_a_journal_ends_with_3_and_is_named()
    {
        var run = await TwinProcess.Run("journal", "verify", "--data", data, "--json");
        Assert.Equal(3, run.ExitCode);
        var problem = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal("NOT_FOUND", problem.GetProperty("code").GetString());
        Assert.Contains(data, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(data));
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(data, recursive: true);
    }

    private SqliteJournal Open() => SqliteJournal.Open(new SqliteJournalOptions(Path.Combine(data, "journal"), "leipzig"));

    private JournalHead Write(params string[] entities)
    {
        using var journal = Open();
        foreach (var entity in entities) Append(journal, entity);
        return journal.Head;
    }

    private static void Append(SqliteJournal journal, string entity)
    {
        var id = new EntityId(entity);
        var results = new AppendResult[1];
        journal.Append([new Append(journal.Acquire(new("all"), "test", TimeSpan.FromMinutes(1)).Lease!, id, journal.ReadEntity(id, 0, 100).Count, [new NewEvent("machine.state-changed.v1", Noon, "{\"n\":1}"u8.ToArray())])], Noon, results);
        Assert.Equal(AppendStatus.Stored, results[0].Status);
    }

    private void Change(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(data, "journal", "journal.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Both texts are constants above.
        command.CommandText = sql;
#pragma warning restore CA2100
        Assert.Equal(1, command.ExecuteNonQuery());
    }
}
