using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Tests.Journals;
using DigitalTwin.Persistence;
using DigitalTwin.Persistence.Sqlite;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Actors.Tests.Sqlite;

public sealed class SqliteContractTests : JournalContract
{
    private readonly string folder = Directory.CreateTempSubdirectory("journal-").FullName;

    protected override IJournal OpenStore(string plant) => SqliteJournal.Open(new SqliteJournalOptions(folder, plant));

    protected override JournalReport Verify() => JournalVerifier.Verify(folder);

    protected override void Tamper(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "journal.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own constant.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    protected override void FlipByte(long offset) =>
        Tamper($"UPDATE events SET payload = CAST(replace(CAST(payload AS TEXT), 'Execute', 'Exebute') AS BLOB) WHERE offset = {offset}");

    protected override void Remove() => Directory.Delete(folder, recursive: true);
}
