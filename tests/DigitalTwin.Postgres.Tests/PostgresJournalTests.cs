using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
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

    [JournalFact]
    public void A_database_whose_clock_was_set_back_by_two_hours_holds_up_a_take_over_for_one_lease_and_no_longer()
    {
        var (here, there) = (Open(), Open());
        var lasts = TimeSpan.FromSeconds(1);
        var old = Acquire(here, Line1, timeToLive: lasts);
        Tamper("UPDATE leases SET expires = expires + interval '2 hours'");
        Assert.InRange(Assert.Single(there.Leases()).Expires, TimeSpan.Zero, lasts);
        Assert.InRange(there.Acquire(Line1, "host-b", TimeSpan.FromHours(1)).FreeIn, TimeSpan.Zero, lasts);
        Lease? taken = null;
        Wait.Until(() => (taken = there.Acquire(Line1, "host-b", TimeSpan.FromHours(1)).Lease) is not null, TimeSpan.FromSeconds(30), "The shard is not free.");
        Assert.Equal(AppendStatus.Fenced, Store(here, Event(old, Cell1, 0))[0].Status);
        Assert.Equal(AppendStatus.Stored, Store(there, Event(taken!, Cell1, 0))[0].Status);
    }

    protected override void Remove() => store.Dispose();
}
