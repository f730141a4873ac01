using System.Diagnostics.Metrics;
using DigitalTwin.Actors.DeadLetters;
using DigitalTwin.Actors.TestKit;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;

namespace DigitalTwin.Host.Tests.Twins;

[Collection("twins")]
public class TwinInboxTests
{
    private static readonly DateTimeOffset T0 = MadePlant.Morning;

    [Fact]
    public async Task Each_twin_hears_of_its_observations_in_order()
    {
        var journal = new MemoryJournal();
        await using RunningTwins twins = await RunningTwins.StartAsync(journal, follow: false);
        PackmlState[] states = [PackmlState.Idle, PackmlState.Starting, PackmlState.Execute, PackmlState.Aborting, PackmlState.Aborted, PackmlState.Clearing, PackmlState.Stopped];
        // One batch in which the reports of three twins are mixed, each report a second after the one before.
        Observation[] mixed = [.. states.SelectMany((state, second) => new[] { MadePlant.First, MadePlant.Last, MadePlant.Robot }
            .Select(twin => twins.Observed($"{twin}.state", (double)state, T0.AddSeconds(second))))];
        await twins.Inbox.DeliverAsync(mixed, CancellationToken.None);

        foreach (string twin in new[] { MadePlant.First, MadePlant.Last, MadePlant.Robot })
            Assert.Equal(states.Select((_, second) => T0.AddSeconds(second)), journal.Events.Where(stored => stored.Entity.Value == twin && stored.Name == "unit.state-changed.v1").Select(stored => stored.At));
    }

    [Fact]
    public async Task The_same_observations_again_record_nothing()
    {
        var journal = new MemoryJournal();
        await using RunningTwins twins = await RunningTwins.StartAsync(journal, follow: false);
        Observation[] body = [.. OneBody.Observations(twins)];
        await twins.Inbox.DeliverAsync(body, CancellationToken.None);
        int recorded = journal.Events.Count;
        await twins.Inbox.DeliverAsync(body, CancellationToken.None);
        Assert.Equal(recorded, journal.Events.Count);
    }

    [Theory]
    [InlineData(CommitFault.FailBefore)]
    [InlineData(CommitFault.FailAfter)]
    [InlineData(CommitFault.DiskFull)]
    public async Task What_the_journal_cannot_take_is_not_taken_so_that_it_is_not_acknowledged(CommitFault fault)
    {
        var journal = new MemoryJournal();
        await using RunningTwins twins = await RunningTwins.StartAsync(journal, follow: false);
        journal.Faults = () => fault;
        Observation[] report = [twins.Observed($"{MadePlant.Robot}.state", (double)PackmlState.Execute, T0)];
        IOException refused = await Assert.ThrowsAsync<IOException>(() => twins.Inbox.DeliverAsync(report, CancellationToken.None));
        Assert.StartsWith($"{MadePlant.Robot} cannot record: ", refused.Message, StringComparison.Ordinal);

        journal.Faults = () => CommitFault.None;
        if (fault != CommitFault.DiskFull)
            return;   // after any other failure the journal wants a restart
        await twins.Inbox.DeliverAsync(report, CancellationToken.None);
        Assert.Equal("unit.state-changed.v1", journal.Events[^1].Name);
    }

    [Fact]
    public async Task A_report_that_cannot_be_true_is_counted_and_passed_over()
    {
        var journal = new MemoryJournal();
        await using RunningTwins twins = await RunningTwins.StartAsync(journal, follow: false);
        using var refused = new Counter("digitaltwin.observations.refused");
        await twins.Inbox.DeliverAsync(
        [
            twins.Observed($"{MadePlant.Robot}.state", 99, T0),
            twins.Observed($"{MadePlant.Robot}.state", (double)PackmlState.Held, T0.AddSeconds(1)),
        ], CancellationToken.None);
        Assert.Equal(1, refused.Value);
        Assert.Equal((MadePlant.Robot, "unit.state-changed.v1"), (journal.Events[^1].Entity.Value, journal.Events[^1].Name));
    }

    [Fact]
    public async Task What_a_stopped_twin_should_have_heard_is_set_aside_and_does_not_hold_up_the_acknowledgement()
    {
        var journal = new MemoryJournal();
        await using (RunningTwins before = await RunningTwins.StartAsync(journal, follow: false))
            await before.ReportAsync(before.Observed($"{MadePlant.Robot}.state", (double)PackmlState.Idle, T0));
        journal.Corrupt(journal.Events.First(stored => stored.Entity.Value == MadePlant.Robot).Offset);

        await using RunningTwins twins = await RunningTwins.StartAsync(journal, follow: false);
        using var undelivered = new Counter("digitaltwin.observations.undelivered");
        await twins.Inbox.DeliverAsync(
        [
            twins.Observed($"{MadePlant.Robot}.state", (double)PackmlState.Execute, T0.AddSeconds(1)),
            twins.Observed($"{MadePlant.First}.state", (double)PackmlState.Execute, T0.AddSeconds(1)),
        ], CancellationToken.None);
        Assert.Equal(1, undelivered.Value);
        Assert.Equal(["dead-letters", MadePlant.First], journal.Events.TakeLast(2).Select(stored => stored.Entity.Value).Order(StringComparer.Ordinal));
        StoredDeadLetter letter = Assert.Single(await twins.System.DeadLetters.ListAsync());
        Assert.Equal((MadePlant.Robot, "machine", true), (letter.Entity.Value, letter.Kind, letter.Replayable));
        Assert.Contains("is corrupt", letter.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gap_reaches_every_twin_whose_signals_it_names()
    {
        var journal = new MemoryJournal();
        await using RunningTwins twins = await RunningTwins.StartAsync(journal, follow: false);
        SignalDefinition[] unseen = [MadePlant.Signal($"{MadePlant.First}.state"), MadePlant.Signal($"{MadePlant.First}.fault"), MadePlant.Signal($"{MadePlant.Robot}.state")];
        await twins.Inbox.DeliverAsync(
            [new Observation.NotObserved(new ObservationGap([.. unseen.Select(signal => signal.Id)], T0, T0.AddSeconds(9), "server-lost", 1), unseen)], CancellationToken.None);
        Assert.Equal([MadePlant.First, MadePlant.Robot], journal.Events.Where(stored => stored.Name == "unit.gap-observed.v1").Select(stored => stored.Entity.Value).Order());
    }

    /// <summary>What one counter of the process has counted since this began; no other test counts on it.</summary>
    private sealed class Counter : IDisposable
    {
        private readonly MeterListener listener = new();
        private long value;

        public Counter(string name)
        {
            listener.InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Name == name)
                    own.EnableMeasurementEvents(instrument);
            };
            listener.SetMeasurementEventCallback<long>((_, added, _, _) => Interlocked.Add(ref value, added));
            listener.Start();
        }

        public long Value => Volatile.Read(ref value);

        public void Dispose() => listener.Dispose();
    }
}
