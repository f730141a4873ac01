using DigitalTwin.Actors.Journals;
using DigitalTwin.Persistence;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Actors.Tests.Sqlite;

/// <summary>A journal of the first release, which knew no leases, commands and wakes.</summary>
public sealed class FirstFormatTests : IDisposable
{
    private readonly JournalFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_journal_of_the_first_format_verifies_as_it_is()
    {
        Make();
        var before = File.ReadAllBytes(folder.Database);
        Assert.Equal((2, true), (JournalVerifier.Verify(folder.Path).Events, JournalVerifier.Verify(folder.Path).Whole));
        Assert.Equal(before, File.ReadAllBytes(folder.Database));
    }

    [Fact]
    public void It_is_brought_to_the_present_format_in_place_and_its_chain_goes_on()
    {
        Make();
        var head = JournalVerifier.Verify(folder.Path).HeadHash;
        using (var journal = folder.Open())
        {
            Assert.Equal(head, Convert.ToHexStringLower(journal.Head.Hash.Span));
            Assert.Equal([(0L, (CommandTag?)null), (0L, null)], journal.ReadAll(0, 10).Select(stored => (stored.Epoch, stored.Command)));
            Assert.Equal(3, JournalFolder.Append(journal, JournalFolder.Event("cell1", 2)).FirstOffset);
        }

        using var again = folder.Open();
        Assert.Equal([0, 0, 1], again.ReadAll(0, 10).Select(stored => (int)stored.Epoch));
        Assert.Equal((3, true), (JournalVerifier.Verify(folder.Path).Events, JournalVerifier.Verify(folder.Path).Whole));
    }

    [Theory]
    [InlineData("munich", false)]
    [InlineData("leipzig", true)]
    public void One_that_is_refused_stays_as_it_is(string plant, bool cut)
    {
        Make();
        if (cut) folder.Tamper("DELETE FROM events WHERE offset = 2");
        var before = File.ReadAllBytes(folder.Database);
        Assert.Throws<JournalRefusedException>(() => folder.Open(plant));
        Assert.Equal(before, File.ReadAllBytes(folder.Database));
    }

    /// <summary>Two events, written as the first release wrote them.</summary>
    private void Make()
    {
        using (var connection = new SqliteConnection($"Data Source={folder.Database};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = """
                PRAGMA journal_mode=WAL;
                CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
                CREATE TABLE events(
                    offset INTEGER PRIMARY KEY, entity TEXT NOT NULL, seq INTEGER NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL, recorded INTEGER NOT NULL,
                    payload BLOB NOT NULL, crc INTEGER NOT NULL, prev BLOB NOT NULL, hash BLOB NOT NULL, UNIQUE(entity, seq)) STRICT;
                INSERT INTO meta VALUES ('plant', 'leipzig'), ('schema', '1');
                """;
            command.ExecuteNonQuery();
            var chain = new EventChain();
            byte[] previous = new byte[EventChain.HashSize], hash = new byte[EventChain.HashSize];
            for (var offset = 1; offset <= 2; offset++)
            {
                chain.Load(offset, "cell1", offset, "machine.state-changed.v1", 1000, 2000, "{}"u8, epoch: 0, command: null);
                chain.Hash(previous, hash);
                using var insert = connection.CreateCommand();
                insert.CommandText = "INSERT INTO events VALUES ($offset, 'cell1', $offset, 'machine.state-changed.v1', 1000, 2000, CAST('{}' AS BLOB), $crc, $prev, $hash)";
                insert.Parameters.AddWithValue("$offset", offset);
                insert.Parameters.AddWithValue("$crc", (long)chain.Crc);
                insert.Parameters.AddWithValue("$prev", previous.ToArray());
                insert.Parameters.AddWithValue("$hash", hash.ToArray());
                insert.ExecuteNonQuery();
                hash.CopyTo(previous, 0);
            }

            using var witness = new HeadWitness(folder.Path);
            witness.Write(2, previous);
        }
    }
}
