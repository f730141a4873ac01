using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Persistence;
using DigitalTwin.Persistence.Backups;
using DigitalTwin.Persistence.Sqlite;

namespace DigitalTwin.Actors.Tests.Sqlite;

public sealed class BackupTests : IDisposable
{
    private readonly JournalFolder folder = new();
    private readonly string place = Directory.CreateTempSubdirectory("restored-").FullName;

    private string Backup => Path.Combine(place, "backup.gz");

    private string Restored => Path.Combine(place, "data", "journal");

    public void Dispose()
    {
        folder.Dispose();
        Directory.Delete(place, recursive: true);
    }

    [StraceFact]
    public async Task A_backup_and_a_restored_journal_have_their_names_on_disk_before_they_are_called_done()
    {
        folder.Fill();
        var log = Path.Combine(folder.Path, "strace.log");
        using var process = Process.Start("strace",
        [
            "-f", "-qq", "-y", "-o", log, "-e", "trace=link,linkat,rename,renameat,renameat2,fsync",
            "dotnet", typeof(PressProcess).Assembly.Location, folder.Path, "copy", Backup, Restored,
        ]);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, process.ExitCode);

        var calls = File.ReadAllLines(log);
        int Call(params string[] parts) => Array.FindLastIndex(calls, call => Array.TrueForAll(parts, part => call.Contains(part, StringComparison.Ordinal)));
        Assert.InRange(Call($"\"{Backup}\""), 0, Call("fsync(", $"<{place}>"));
        var moved = Call("rename", $"\"{Restored}\"");
        Assert.InRange(moved, 0, Call("fsync(", $"<{Path.GetDirectoryName(Restored)}>"));
        Assert.InRange(Call("fsync(", ".restoring-", ">)"), Call("fsync(", ".restoring-", "/journal.db>") + 1, moved);
    }

    [Fact]
    public void A_restored_journal_is_the_one_that_was_backed_up_and_goes_on_under_a_new_epoch()
    {
        FillWithEverything();
        var written = Write();
        var restored = Restore();
        Assert.Equal(written, restored);
        Assert.Equal(JournalVerifier.Verify(folder.Path).HeadHash, written.HeadHash);
        Assert.True(JournalVerifier.Verify(Restored).Whole);

        using var before = SqliteMoment.Open(folder.Path);
        using (var after = SqliteMoment.Open(Restored))
        {
            Assert.Equal((before.Plant, before.Epoch), (after.Plant, after.Epoch));
            Assert.Equal(before.Wakes, after.Wakes);
            Assert.Equal(before.Rows().Select(Text), after.Rows().Select(Text));
        }

        using var journal = SqliteJournal.Open(new SqliteJournalOptions(Restored, "leipzig"));
        var lease = journal.Acquire(new ShardId("all"), "new", TimeSpan.FromMinutes(1)).Lease!;
        Assert.Equal(8, lease.Epoch);
        Assert.Equal(AppendStatus.Stored, JournalFolder.Append(journal, JournalFolder.Event("cell9", 0) with { Lease = lease }).Status);
    }

    [Fact]
    public void An_empty_journal_is_backed_up_too()
    {
        folder.Open().Dispose();
        Assert.Equal(0, Write().Events);
        Assert.Equal(0, Restore().Events);
        Assert.True(JournalVerifier.Verify(Restored).Whole);
    }

    [Fact]
    public async Task A_backup_that_is_taken_while_the_host_writes_is_of_one_moment()
    {
        using var journal = folder.Open();
        using var enough = new CancellationTokenSource();
        var writing = Task.Run(() =>
        {
            for (var seq = 0L; !enough.IsCancellationRequested; seq++) JournalFolder.Append(journal, JournalFolder.Event("cell1", seq));
        });
        Assert.True(SpinWait.SpinUntil(() => journal.Head.Offset > 100, TimeSpan.FromMinutes(1)));
        var written = Write();
        var later = journal.Head.Offset;
        Assert.True(SpinWait.SpinUntil(() => journal.Head.Offset > later, TimeSpan.FromMinutes(1)));
        await enough.CancelAsync();
        await writing;

        Assert.InRange(written.Events, 100, later);
        Assert.Equal(written, Restore());
        Assert.Equal((written.Events, written.HeadHash, true), Of(JournalVerifier.Verify(Restored)));
    }

    [Fact]
    public void Neither_an_existing_file_nor_an_existing_journal_is_replaced()
    {
        folder.Fill();
        Write();
        Assert.Contains("a backup replaces nothing", Assert.Throws<JournalRefusedException>(Write).Message, StringComparison.Ordinal);
        Restore();
        Assert.Contains("is not empty", Assert.Throws<JournalRefusedException>(Restore).Message, StringComparison.Ordinal);
        Assert.True(JournalVerifier.Verify(Restored).Whole);
    }

    [Theory]
    [InlineData("UPDATE events SET payload = CAST('{}' AS BLOB) WHERE offset = 14", "offset 14: event 5 does not match its checksum")]
    [InlineData("DELETE FROM events WHERE offset = 14", "offset 15: offsets 14 to 14 are missing before it")]
    [InlineData("DELETE FROM events WHERE offset > 20", "10 acknowledged events are missing")]
    public void A_journal_that_is_not_whole_is_not_backed_up(string tampering, string why)
    {
        folder.Fill();
        folder.Tamper(tampering);
        Assert.Contains(why, Assert.Throws<JournalRefusedException>(Write).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(place));
    }

    [Fact]
    public void A_backup_that_is_cut_off_anywhere_is_refused_whole()
    {
        folder.Fill();
        Write();
        var whole = File.ReadAllBytes(Backup);
        for (var length = 0; length < whole.Length; length += Math.Max(1, whole.Length / 100))
        {
            File.WriteAllBytes(Backup, whole[..length]);
            AssertRefused($"cut off at {length} of {whole.Length}");
        }
    }

    [Fact]
    public void A_backup_of_which_any_byte_has_changed_is_refused_whole_or_gives_the_same_journal()
    {
        folder.Fill();
        var written = Write();
        var whole = File.ReadAllBytes(Backup);
        var (seed, refused) = (Environment.TickCount, 0);
        var random = new Random(seed);
        for (var trial = 0; trial < 200; trial++)
        {
            var (changed, place) = ((byte[])whole.Clone(), random.Next(whole.Length));
            changed[place] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(Backup, changed);
            try
            {
                // The header of the gzip format has a time and a system that mean nothing.
                Assert.Equal((written.Events, written.HeadHash), (Restore().Events, JournalVerifier.Verify(Restored).HeadHash));
                Directory.Delete(Restored, recursive: true);
            }
            catch (JournalRefusedException)
            {
                refused++;
                Assert.False(Path.Exists(Restored), $"Seed {seed}, byte {place}: something was left.");
            }
        }

        Assert.InRange(refused, 180, 200);
    }

    [Theory]
    [InlineData("an event edited", "\"count\":7}", "\"count\":8}")]
    [InlineData("another plant", "\"plant\":\"leipzig\"", "\"plant\":\"munich\"")]
    [InlineData("an epoch raised", "\"epoch\":7,", "\"epoch\":9,")]
    [InlineData("a wake moved", "\"due\":\"2026-03-03", "\"due\":\"2026-03-04")]
    [InlineData("another format", "digitaltwin-journal.v1", "digitaltwin-journal.v2")]
    [InlineData("an end that says less", "{\"end\":39", "{\"end\":38")]
    [InlineData("a trailer repeated", "{\"end\":", "{}\n{\"end\":")]
    [InlineData("no JSON", "\"seq\":1,", "\"seq\":,")]
    public void A_backup_that_somebody_has_edited_is_refused_whole(string change, string from, string to)
    {
        FillWithEverything();
        Write();
        var text = Unzip();
        Assert.Contains(from, text, StringComparison.Ordinal);
        Zip(text.Replace(from, to, StringComparison.Ordinal));
        AssertRefused(change);
    }

    [Fact]
    public void A_backup_with_lines_missing_doubled_or_exchanged_is_refused_whole()
    {
        folder.Fill();
        Write();
        var lines = Unzip().TrimEnd('\n').Split('\n');
        for (var line = 0; line < lines.Length; line++)
        {
            Zip(string.Join('\n', lines.Where((_, at) => at != line)) + "\n");
            AssertRefused($"line {line} missing");
            Zip(string.Join('\n', lines.SelectMany((text, at) => at == line ? [text, text] : new[] { text })) + "\n");
            AssertRefused($"line {line} doubled");
            if (line == 0) continue;
            var exchanged = (string[])lines.Clone();
            (exchanged[line - 1], exchanged[line]) = (exchanged[line], exchanged[line - 1]);
            Zip(string.Join('\n', exchanged) + "\n");
            AssertRefused($"line {line} exchanged");
        }
    }

    [Fact]
    public void A_dump_has_every_sound_event_and_names_the_others()
    {
        folder.Fill();
        folder.Tamper("UPDATE events SET payload = CAST('{}' AS BLOB) WHERE offset = 14");
        using var moment = SqliteMoment.Open(folder.Path);
        using var output = new MemoryStream();
        var report = JournalBackup.Dump(moment, output);
        Assert.Equal(14, Assert.Single(report.Faults).Offset);
        var lines = Encoding.UTF8.GetString(output.ToArray()).TrimEnd('\n').Split('\n');
        Assert.Equal(29, lines.Length);
        Assert.StartsWith(
            """{"offset":1,"entity":"leipzig.body.cell1","seq":1,"name":"machine.state-changed.v1","at":"2026-03-02T06:00:01.000000Z","recorded":"2026-03-02T06:00:00.000000Z","payload":{"state":"Execute","count":1},"epoch":1,"crc":""",
            lines[0],
            StringComparison.Ordinal);
    }

    private BackupSummary Write()
    {
        using var moment = SqliteMoment.Open(folder.Path);
        return JournalBackup.Write(moment, Backup);
    }

    private BackupSummary Restore()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Restored)!);
        using var target = new SqliteRestore(Restored);
        return JournalBackup.Restore(Backup, target);
    }

    private void AssertRefused(string what)
    {
        var refused = Assert.Throws<JournalRefusedException>(Restore);
        Assert.Contains("is no whole backup", refused.Message, StringComparison.Ordinal);
        Assert.True(!Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(Restored)!).Any(), $"{what}: something was left.");
    }

    /// <summary>Commands, wakes, payloads that are not JSON or not on one line, epochs of leases that stored nothing.</summary>
    private void FillWithEverything()
    {
        folder.Fill();
        using var journal = folder.Open();
        string[] payloads = ["", "no JSON", "{\n}", " {}", "{} ", "{\"ä\":\"\\u00e4\\n\", \"a\" : 1e400}", "{\"a\":1}{", "[1]"];
        var append = JournalFolder.Event("cell8", 0) with
        {
            Command = new CommandTag("order \"7\"\n→", long.MinValue),
            Events = [.. payloads.Append(null).Select(payload => new NewEvent("cell.noted.v1", JournalFolder.At, payload is null ? new byte[] { (byte)'{', 0xFF, (byte)'}' } : Encoding.UTF8.GetBytes(payload)))],
            Wake = new Wake("cell", JournalFolder.At.AddDays(1)),
        };
        Assert.Equal(AppendStatus.Stored, JournalFolder.Append(journal, append).Status);
        for (var shard = 0; shard < 6; shard++) journal.Acquire(new ShardId($"line{shard}"), "other", TimeSpan.FromMinutes(1));
    }

    private static (long, string, bool) Of(JournalReport report) => (report.Events, report.HeadHash, report.Whole);

    private static string Text(JournalRow row) =>
        $"{row with { Payload = default, Previous = default, Hash = default }} {Convert.ToHexString(row.Payload.Span)} {Convert.ToHexString(row.Previous.Span)} {Convert.ToHexString(row.Hash.Span)}";

    private string Unzip()
    {
        using var zip = new GZipStream(File.OpenRead(Backup), CompressionMode.Decompress);
        using var reader = new StreamReader(zip);
        return reader.ReadToEnd();
    }

    private void Zip(string text)
    {
        using var zip = new GZipStream(File.Create(Backup), CompressionLevel.Fastest);
        zip.Write(Encoding.UTF8.GetBytes(text));
    }
}
