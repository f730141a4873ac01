using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Tests.Journals;
using DigitalTwin.Persistence;
using DigitalTwin.Persistence.Postgres;

namespace DigitalTwin.Postgres.Tests;

public sealed class PostgresJournalTests : JournalContract
{
    private readonly TestJournal store = new(TestServer.Shared);

    protected override IJournal OpenStore(string plant) => store.Open(plant);

    protected override JournalReport Verify() => PostgresVerifier.Verify(store.Options());

    protected override void Tamper(string sql) => store.Execute(sql);

    protected override void FlipByte(long offset) =>
        store.Execute($"UPDATE events SET payload = set_byte(payload, 12, get_byte(payload, 12) # 4) WHERE \"offset\" = {offset}");

    protected override void Remove() => store.Dispose();
}
