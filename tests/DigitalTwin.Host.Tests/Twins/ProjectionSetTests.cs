using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.TestKit;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Host.Api;
using DigitalTwin.Host.Twins;
using DigitalTwin.Host.Twins.Cuts;
using DigitalTwin.Host.Twins.Projections;
using DigitalTwin.Persistence.Projections;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;

namespace DigitalTwin.Host.Tests.Twins;

/// <summary>What is shown says how far it is behind, can be made anew while it is in use, and two moments of it can be compared.</summary>
[Collection("twins")]
public sealed class ProjectionSetTests : IDisposable
{
    /// <summary>A wall clock that is set back all the time.</summary>
    private sealed class FallingTime(VirtualTime inner) : TimeProvider
    {
        public override long TimestampFrequency => inner.TimestampFrequency;

        public override long GetTimestamp() => inner.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => MadeJournal.T0 - (inner.GetUtcNow() - MadeJournal.T0);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => inner.CreateTimer(callback, state, dueTime, period);
    }

    private readonly TemporaryFolder folder = new();
    private readonly ProjectionStore store;
    private readonly VirtualTime virtualTime = new(MadeJournal.T0);
    private readonly TimeProvider time;
    private readonly TimeIndex times = new();

    public ProjectionSetTests() => (store, time) = (ProjectionStore.Open(folder.Path, Assert.Fail), new FallingTime(virtualTime));

    [Fact]
    public void What_is_behind_the_journal_says_by_how_much_and_beyond_five_seconds_that_it_is()
    {
        MemoryJournal journal = MadeJournal.Of(MadeJournal.State(MadePlant.Robot, PackmlState.Idle, 1), MadeJournal.State(MadePlant.Robot, PackmlState.Held, 2));
        var model = new TwinModel(MadePlant.Definition, journal);
        using ProjectionSet projections = Over(model, journal);
        journal.ReadFaults = journal.HeadFaults = () => true;   // a database that is away hides nothing
        virtualTime.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(new Lag(2, 4), projections.Lag());
        Assert.False(projections.Lag().IsBehind);
        Assert.Null(BehindView.Of(projections.Lag()));
        virtualTime.Advance(TimeSpan.FromSeconds(2));
        Assert.True(projections.Lag().IsBehind);
        Assert.Equal(new BehindView(2, 6), BehindView.Of(projections.Lag()));
        journal.ReadFaults = journal.HeadFaults = () => false;
        model.Apply(journal.Events[0]);
        model.Apply(journal.Events[1]);
        Assert.Equal(default, projections.Lag());
    }

    [Fact]
    public async Task A_projection_that_is_not_what_the_journal_says_is_told_and_replaced()
    {
        MemoryJournal journal = MadeJournal.Of(MadeJournal.State(MadePlant.Robot, PackmlState.Idle, 1), MadeJournal.State(MadePlant.Last, PackmlState.Held, 2));
        var model = new TwinModel(MadePlant.Definition, journal);
        // The first event as it never was.
        model.Apply(journal.Events[0] with { Payload = EventCatalogs.Units.Encode(MadeJournal.State("", PackmlState.Aborted, 1).Unit!).Payload });
        model.Apply(journal.Events[1]);
        using ProjectionSet projections = Over(model, journal);
        projections.Rebuild("twins");
        await projections.SettledAsync().WaitAsync(Wait.Patience);
        Rebuild rebuilt = projections.All()[0].Rebuilt!;
        Assert.Equal((RebuildState.Done, 2L, 2L, true), (rebuilt.State, rebuilt.Offset, rebuilt.Target, rebuilt.Differed));
        Assert.Contains($"unit:{MadePlant.Robot}", Assert.Single(rebuilt.Differences), StringComparison.Ordinal);
        Assert.Equal(CutTests.Text(CutTests.Fold(journal, 2)), CutTests.Text(model.Now));

        projections.Rebuild("twins");
        await projections.SettledAsync().WaitAsync(Wait.Patience);
        Assert.False(projections.All()[0].Rebuilt!.Differed);
    }

    [Fact]
    public async Task A_rebuild_can_be_cancelled_and_what_is_in_use_stays()
    {
        MemoryJournal journal = MadeJournal.Of(Enumerable.Range(0, 3_000).Select(i => MadeJournal.State(MadePlant.Robot, (PackmlState)(i % 18), i)));
        var model = new TwinModel(MadePlant.Definition, journal);
        model.Replace(CutTests.Fold(journal, 3_000));
        Cut before = model.Now;
        using ProjectionSet projections = Over(model, journal);
        using var reading = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        journal.ReadFaults = () =>
        {
            reading.Set();
            goOn.Wait(Wait.Patience);
            return false;
        };
        projections.Rebuild("twins");
        Assert.True(reading.Wait(Wait.Patience));
        Assert.True(projections.Cancel("twins"));
        goOn.Set();
        await projections.SettledAsync().WaitAsync(Wait.Patience);
        journal.ReadFaults = () => false;
        Assert.Equal(RebuildState.Cancelled, projections.All()[0].Rebuilt!.State);
        Assert.Same(before, model.Now);
        Assert.False(projections.Cancel("twins"));
    }

    [Fact]
    public async Task A_rebuilt_model_goes_on_with_what_was_recorded_meanwhile_and_is_saved_whole()
    {
        MemoryJournal journal = MadeJournal.Of(MadeJournal.State(MadePlant.Robot, PackmlState.Idle, 1), MadeJournal.State(MadePlant.Last, PackmlState.Held, 2), MadeJournal.State(MadePlant.Robot, PackmlState.Execute, 3));
        var model = new TwinModel(MadePlant.Definition, journal);
        using var cuts = new CutHistory(store, journal, new WorkOrderArchive(journal), model.Now.Places, NullLogger.Instance);
        var checkpoints = new Checkpoints(store, model, times, cuts, journal, TimeSpan.FromHours(1), NullLogger.Instance);
        foreach (var stored in journal.Events)
        {
            model.Apply(stored);
            checkpoints.Folded(stored);
        }

        checkpoints.Told(model.Now);
        await checkpoints.FlushAsync();
        // Folded anew up to an earlier moment only: the rest follows when it is put in place.
        model.Replace(CutTests.Fold(journal, 1));
        Assert.Equal(CutTests.Text(CutTests.Fold(journal, 3)), CutTests.Text(model.Now));
        checkpoints.Told(model.Now);
        await checkpoints.FlushAsync();
        Assert.Equal(CutTests.Text(model.Now), CutTests.Text(CutRows.Read(model.Now.Places, store.Head("twins")!.Offset, store.Rows("twins"))));
    }

    private static readonly string[] Twins = [MadePlant.Line, MadePlant.First, MadePlant.Last, MadePlant.Robot, .. Enumerable.Range(0, 6).Select(MadeJournal.OrderId)];

    private static readonly Arbitrary<(MadeEvent[] Events, int First, int Second)> Histories = Arb.From(
        from events in MadeJournal.Anything.NonEmptyListOf() from first in Gen.Choose(0, 200) from second in Gen.Choose(0, 200)
        select (events.ToArray(), first % (events.Count + 1), second % (events.Count + 1)));

    [Fact]
    public void A_moment_is_not_different_from_itself_and_a_difference_applied_to_one_gives_the_other() => Prop.ForAll(Histories, history =>
    {
        MemoryJournal journal = MadeJournal.Of(history.Events);
        var model = new TwinModel(MadePlant.Definition, journal);
        var directory = new TwinDirectory(MadePlant.Definition, model, new LiveValues(MadePlant.Definition.Signals, new PlantClock(time), time), new WorkOrderArchive(journal));
        (Cut a, Cut b) = (CutTests.Fold(journal, history.First), CutTests.Fold(journal, history.Second));
        SortedDictionary<string, string> patched = Fields(a);
        foreach (ChangeView change in directory.Changes(a, b, null))
        {
            string key = $"{change.Id} {change.Field}";
            if (patched.GetValueOrDefault(key) != change.Before?.ToString())
                return false.Label($"{key} was {patched.GetValueOrDefault(key)}, not {change.Before}");
            if (change.After is null)
                patched.Remove(key);
            else
                patched[key] = change.After.ToString()!;
        }

        return (patched.SequenceEqual(Fields(b)) && !directory.Changes(a, a, null).Any()).Label($"{string.Join('\n', patched)}\nis not\n{string.Join('\n', Fields(b))}");

        SortedDictionary<string, string> Fields(Cut cut) => new(Twins.SelectMany(id => directory.Recorded(id, cut), (id, field) => KeyValuePair.Create($"{id} {field.Key}", field.Value.ToString()!)).ToDictionary(), StringComparer.Ordinal);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void Orders_that_came_and_went_between_two_moments_are_said_to_be_missing_and_one_asked_for_is_compared()
    {
        MemoryJournal journal = MadeJournal.Of(Enumerable.Range(0, CutBuilder.FinishedOrders + 3).SelectMany(body => new[] { MadeJournal.Released(body), MadeJournal.Completed(body) }));
        var model = new TwinModel(MadePlant.Definition, journal);
        var directory = new TwinDirectory(MadePlant.Definition, model, new LiveValues(MadePlant.Definition.Signals, new PlantClock(time), time), new WorkOrderArchive(journal));
        Cut first = CutTests.Fold(journal, 2), last = CutTests.Fold(journal, journal.Events.Count);
        // Three are gone: the first, which the first cut still has, and the two after it; the next was finished at offset 8.
        Assert.Equal(8, TwinDirectory.OrdersLetGo(last, since: first));
        HashSet<string> told = [.. directory.Changes(first, last, null).Select(change => change.Id)];
        Assert.DoesNotContain(MadeJournal.OrderId(1), told);
        Assert.Contains(MadeJournal.OrderId(3), told);
        Assert.Contains(directory.Changes(first, last, MadeJournal.OrderId(1)), change => change is { Field: "state", Before: null, After: "Completed" });
        Assert.Null(TwinDirectory.OrdersLetGo(last, since: CutTests.Fold(journal, 10)));
        Assert.Null(TwinDirectory.OrdersLetGo(first));
        Assert.Equal((true, true, false, false), (directory.HasOrders(null), directory.HasOrders(MadePlant.Line), directory.HasOrders(MadePlant.First), directory.HasOrders("leipzig", depth: 2)));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(1L, false)]
    public void Only_what_is_asked_for_by_its_offset_cannot_be_behind(long? offset, bool behind)
    {
        AskedMoment? asked = offset is null ? null : new(null, offset);
        Assert.Equal(behind, BehindView.Of(new Lag(9, 6), asked) is not null);
        Assert.NotNull(BehindView.Of(new Lag(9, 6), new AskedMoment(MadeJournal.T0, null)));
    }

    public void Dispose()
    {
        store.Dispose();
        folder.Dispose();
    }

    private ProjectionSet Over(TwinModel model, MemoryJournal journal)
    {
        var archive = new WorkOrderArchive(journal);
        return new ProjectionSet(model, times, new CutHistory(store, journal, archive, model.Now.Places, NullLogger.Instance), archive, new CommittedFeed(journal), journal, time);
    }
}
