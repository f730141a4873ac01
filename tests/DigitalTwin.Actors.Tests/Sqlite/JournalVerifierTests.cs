using DigitalTwin.Actors.Journals;
using DigitalTwin.Persistence;

namespace DigitalTwin.Actors.Tests.Sqlite;

public sealed class JournalVerifierTests : IDisposable
{
    private readonly JournalFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_sound_journal_is_whole_and_its_head_is_named()
    {
        folder.Fill();
        var report = JournalVerifier.Verify(folder.Path);
        Assert.Equal((30, 3, 30, true), (report.Events, report.Entities, report.HeadSeq, report.Whole));
        Assert.Empty(report.Faults);
        using var journal = folder.Open();
        Assert.Equal(Convert.ToHexStringLower(journal.Head.Hash.Span), report.HeadHash);
    }

    [Fact]
    public void An_empty_journal_is_whole()
    {
        folder.Open().Dispose();
        var report = JournalVerifier.Verify(folder.Path);
        Assert.Equal((0, 0, 0, true), (report.Events, report.Entities, report.HeadSeq, report.Whole));
    }

    [Fact]
    public void A_folder_without_a_journal_is_said_to_have_none() =>
        Assert.Contains("There is no journal in", Assert.Throws<FileNotFoundException>(() => JournalVerifier.Verify(folder.Path)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("UPDATE events SET payload = CAST(replace(CAST(payload AS TEXT), 'Execute', 'Exebute') AS BLOB) WHERE offset = 14", 14, "checksum")]
    [InlineData("UPDATE events SET name = 'machine.state-changed.v2' WHERE offset = 14", 14, "checksum")]
    [InlineData("UPDATE events SET at = at + 1 WHERE offset = 14", 14, "checksum")]
    [InlineData("UPDATE events SET recorded = recorded - 1 WHERE offset = 14", 14, "checksum")]
    [InlineData("UPDATE events SET crc = crc + 1 WHERE offset = 14", 14, "checksum")]
    [InlineData("UPDATE events SET epoch = 2 WHERE offset = 14", 14, "checksum")]
    [InlineData("UPDATE events SET epoch = 0 WHERE offset = 14", 14, "checksum")]
    [InlineData("UPDATE events SET command = '', body = 0 WHERE offset = 14", 14, "checksum")]
    [InlineData("UPDATE events SET at = 9223372036854775807 WHERE offset = 14", 14, "checksum")]
    [InlineData("UPDATE events SET hash = zeroblob(32) WHERE offset = 14", 14, "hash")]
    [InlineData("UPDATE events SET prev = zeroblob(32) WHERE offset = 14", 14, "does not follow")]
    [InlineData("DELETE FROM events WHERE offset = 14", 15, "offsets 14 to 14 are missing")]
    public void A_changed_row_is_named(string tampering, int row, string what)
    {
        folder.Fill();
        folder.Tamper(tampering);
        var report = JournalVerifier.Verify(folder.Path);
        Assert.False(report.Whole);
        Assert.Equal(row, report.Faults[0].Offset);
        Assert.Contains(what, report.Faults[0].Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Fault_9_any_flipped_byte_of_an_event_in_the_file_is_found()
    {
        folder.Fill();
        var sound = File.ReadAllBytes(folder.Database);
        var random = new Random(7);
        var named = new List<long?>();
        foreach (var place in Places(sound, "\"state\":\"Execute\""u8))
        {
            var damaged = (byte[])sound.Clone();
            damaged[place + random.Next(16)] ^= (byte)(1 << random.Next(7));
            File.WriteAllBytes(folder.Database, damaged);
            // SQLite keeps remains of rows that it has moved; those are nobody's events.
            var faults = JournalVerifier.Verify(folder.Path).Faults;
            if (faults.Count > 0) named.Add(Assert.Single(faults).Offset);
        }

        Assert.Equal(Enumerable.Range(1, 30).Select(offset => (long?)offset), named.Order());
    }

    [Fact]
    public void Events_cut_off_the_end_are_missed_by_the_witness()
    {
        folder.Fill();
        folder.Tamper("DELETE FROM events WHERE offset > 25");
        var report = JournalVerifier.Verify(folder.Path);
        Assert.Equal(25, report.HeadSeq);
        Assert.Contains("5 acknowledged events are missing", Assert.Single(report.Faults).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Verifying_works_beside_the_writer_and_changes_nothing()
    {
        using var journal = folder.Open();
        for (var seq = 0L; seq < 200; seq++)
        {
            journal.Append([JournalFolder.Event("leipzig.body.cell1", seq)], JournalFolder.At, new AppendResult[1]);
            if (seq % 20 != 0) continue;
            var report = JournalVerifier.Verify(folder.Path);
            Assert.Equal((seq + 1, true), (report.Events, report.Whole));
        }
    }

    private static List<int> Places(byte[] bytes, ReadOnlySpan<byte> text)
    {
        var places = new List<int>();
        for (var from = 0; ;)
        {
            var next = bytes.AsSpan(from).IndexOf(text);
            if (next < 0) return places;
            places.Add(from + next);
            from += next + text.Length;
        }
    }
}
