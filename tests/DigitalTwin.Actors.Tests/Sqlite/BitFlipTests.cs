using System.Globalization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Persistence;
using DigitalTwin.Persistence.Sqlite;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Actors.Tests.Sqlite;

/// <summary>Fault 9: rot that SQLite does not see, two hundred bits of each kind of byte.</summary>
public sealed class BitFlipTests : IDisposable
{
    private const int Trials = 200;
    private const int Rows = 30;

    private readonly JournalFolder folder = new();
    private readonly byte[] sound;

    public BitFlipTests()
    {
        folder.Fill();
        using (var journal = folder.Open())
        {
            for (var seq = 10; seq < 20; seq++) JournalFolder.Append(journal, JournalFolder.Event("leipzig.body.cell1", seq) with { Command = new CommandTag($"order-{seq}", seq) });
        }

        sound = File.ReadAllBytes(folder.Database);
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("offset")]
    [InlineData("entity")]
    [InlineData("seq")]
    [InlineData("name")]
    [InlineData("at")]
    [InlineData("recorded")]
    [InlineData("payload")]
    [InlineData("crc")]
    [InlineData("epoch")]
    [InlineData("command")]
    [InlineData("body")]
    public void Fault_9_a_flipped_bit_of_an_event_is_named_and_stops_whoever_reads_that_event(string column)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var trial = 0; trial < Trials; trial++)
        {
            // The last ten have a command.
            var row = column is "command" or "body" ? random.Next(Rows + 1, Rows + 11) : random.Next(1, Rows + 11);
            if (!Flip(column, row, random)) continue;
            var faults = JournalVerifier.Verify(folder.Path).Faults;
            Assert.True(faults.Any(fault => fault.Fault.Contains("does not match its checksum", StringComparison.Ordinal)), $"Seed {seed}, trial {trial}: the {column} of row {row} is not named.");
            using var reader = new SqliteReader(folder.Path);
            // Whoever reads on in the journal meets it, wherever it has gone.
            Assert.Throws<CorruptEventException>(() => reader.ReadAll(0, 1000).Concat(reader.ReadAll(long.MinValue, 1000)).ToList());
            var broken = Enumerable.Range(1, 3).Count(cell => IsBroken(reader, cell, row));
            // One flipped bit of an id can make it another cell's, which then meets the row too.
            Assert.True(broken <= (column is "entity" ? 2 : 1), $"Seed {seed}, trial {trial}: the {column} of row {row} has stopped {broken} entities.");
        }
    }

    [Theory]
    [InlineData("prev")]
    [InlineData("hash")]
    public void Fault_9_a_flipped_bit_of_the_chain_is_named_and_stops_nobody(string column)
    {
        var random = new Random(5);
        for (var trial = 0; trial < Trials; trial++)
        {
            var row = random.Next(1, Rows + 11);
            Assert.True(Flip(column, row, random));
            Assert.Contains(JournalVerifier.Verify(folder.Path).Faults, fault => fault.Offset == row || fault.Offset is null);
            using var reader = new SqliteReader(folder.Path);
            Assert.Equal(Rows + 10, reader.ReadAll(0, 1000).Count);
        }
    }

    [Fact]
    public void Fault_9_a_flipped_bit_anywhere_in_the_file_is_found_or_changes_nothing()
    {
        using (var reader = new SqliteReader(folder.Path)) Assert.Equal(Rows + 10, reader.ReadAll(0, 1000).Count);
        var before = JournalVerifier.Verify(folder.Path);
        var (seed, found) = (Environment.TickCount, 0);
        var random = new Random(seed);
        for (var trial = 0; trial < 2 * Trials; trial++)
        {
            var damaged = (byte[])sound.Clone();
            var place = random.Next(damaged.Length);
            damaged[place] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(folder.Database, damaged);
            JournalReport after;
            try
            {
                after = JournalVerifier.Verify(folder.Path);
            }
            catch (SqliteException)
            {
                found++;
                continue;
            }

            if (!after.Whole) found++;
            else Assert.True((before.Events, before.HeadHash) == (after.Events, after.HeadHash), $"Seed {seed}, byte {place}: another journal is taken for whole.");
        }

        Assert.InRange(found, 50, 2 * Trials);
    }

    private static bool IsBroken(SqliteReader reader, int cell, int row)
    {
        try
        {
            reader.ReadEntity(new EntityId($"leipzig.body.cell{cell}"), 0, 1000);
            return false;
        }
        catch (CorruptEventException)
        {
            return true;
        }
    }

    /// <returns>False: SQLite itself does not take the changed row.</returns>
    private bool Flip(string column, int row, Random random)
    {
        File.WriteAllBytes(folder.Database, sound);
        using var connection = new SqliteConnection($"Data Source={folder.Database};Pooling=False");
        connection.Open();
        var value = SqliteSchema.Scalar(connection, $"SELECT CASE typeof({column}) WHEN 'integer' THEN {column} ELSE hex({column}) END FROM events WHERE offset = {row}")!;
        var isNumber = column is "offset" or "seq" or "at" or "recorded" or "crc" or "epoch" or "body";
        string changed;
        if (isNumber) changed = (long.Parse(value, CultureInfo.InvariantCulture) ^ 1L << random.Next(63)).ToString(CultureInfo.InvariantCulture);
        else
        {
            var bytes = Convert.FromHexString(value);
            // Eight-bit text would be no text any more; SQLite would hand on what it finds all the same.
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(column is "entity" or "name" or "command" ? 7 : 8));
            changed = $"CAST(x'{Convert.ToHexString(bytes)}' AS {(column is "entity" or "name" or "command" ? "TEXT" : "BLOB")})";
        }

        try
        {
            SqliteSchema.Scalar(connection, $"UPDATE events SET {column} = {changed} WHERE offset = {row}");
            return true;
        }
        catch (SqliteException taken) when (taken.SqliteErrorCode == SQLitePCL.raw.SQLITE_CONSTRAINT)
        {
            return false;
        }
    }
}
