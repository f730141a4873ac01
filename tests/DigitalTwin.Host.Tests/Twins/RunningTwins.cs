using System.Text.Json;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Host.Twins;
using DigitalTwin.Host.Twins.Cuts;
using DigitalTwin.Host.Twins.Projections;
using DigitalTwin.Persistence.Projections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DigitalTwin.Host.Tests.Twins;

/// <summary>The twins of the made plant as the host runs them, over a journal that outlives them.</summary>
internal sealed class RunningTwins : IAsyncDisposable
{
    private sealed class StandingTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => MadePlant.Morning;
    }

    private readonly CancellationTokenSource stop = new();
    private Task following = Task.CompletedTask;
    private ulong sequence;

    private RunningTwins(IJournal journal, ProjectionStore? store, ILogger<TwinFeed>? log)
    {
        System = new EntitySystem(journal, new EntitySystemOptions { PlantTime = new StandingTime() });
        Model = new TwinModel(MadePlant.Definition, journal);
        Entities = new TwinEntities(System, MadePlant.Definition);
        if (store is not null)
        {
            Archive = new WorkOrderArchive(journal);
            Cuts = new CutHistory(store, journal, Archive, Model.Now.Places, NullLogger.Instance);
            Checkpoints = new Checkpoints(store, Model, Times, Cuts, journal, TimeSpan.FromMilliseconds(5), NullLogger.Instance);
        }

        Feed = new TwinFeed(System, journal, Model, Entities, MadePlant.Definition, Checkpoints, log ?? NullLogger<TwinFeed>.Instance);
        Inbox = new TwinInbox(Entities, NullLogger<TwinInbox>.Instance);
    }

    public EntitySystem System { get; }
    public TwinModel Model { get; }
    public TwinEntities Entities { get; }
    public TwinFeed Feed { get; }
    public TwinInbox Inbox { get; }
    public TimeIndex Times { get; } = new();
    public WorkOrderArchive? Archive { get; }
    public CutHistory? Cuts { get; }
    public Checkpoints? Checkpoints { get; }

    /// <param name="follow">False: the feed does not run, as in a host that dies before it gets to it.</param>
    /// <param name="store">Where checkpoints go, as often as can be; null: nowhere.</param>
    /// <param name="log">Where the feed says what delays it; null: nowhere.</param>
    public static async Task<RunningTwins> StartAsync(IJournal journal, bool follow = true, ProjectionStore? store = null, ILogger<TwinFeed>? log = null)
    {
        var twins = new RunningTwins(journal, store, log);
        twins.Feed.CatchUp();
        await twins.Entities.ConfigureAsync(twins.Model, CancellationToken.None);
        if (follow)
            twins.Follow();
        return twins;
    }

    public void Follow() => following = Feed.RunAsync(stop.Token);

    /// <summary>One delivery for each, so that their order in the journal is theirs.</summary>
    public async Task ReportAsync(params IEnumerable<Observation> observations)
    {
        foreach (Observation observation in observations)
            await Inbox.DeliverAsync([observation], CancellationToken.None).WaitAsync(Wait.Patience);
    }

    /// <summary>Ends when all that follows from what was reported is recorded and folded.</summary>
    /// <remarks>Of what lines and orders record nothing follows, so once nothing is untold, what is recorded is all.</remarks>
    public async Task SettleAsync()
    {
        double last = Model.Unit(MadePlant.Robot).State.Setpoints.TryGetValue("speedOverride", out SetpointState? known) ? known.Value : 0;
        DateTimeOffset at = Model.Unit(MadePlant.Robot).State.Watches.TryGetValue("speedOverride", out SignalWatch? watch) ? watch.At.AddSeconds(1) : MadePlant.Morning;
        await ReportAsync(Observed($"{MadePlant.Robot}.speedOverride", last + 1, at));
        await ReachHeadAsync();
        await Wait.UntilAsync(() => Feed.Untold == 0 || following.IsFaulted, "all reports to be told");
        await ReachHeadAsync();
    }

    public Observation Observed(string signal, double number, DateTimeOffset at, uint status = 0) =>
        new Observation.Reported(MadePlant.Signal(signal), new Sample(signal, number, null, status, at, at, ++sequence));

    public Observation Observed(string signal, string text, DateTimeOffset at) =>
        new Observation.Reported(MadePlant.Signal(signal), new Sample(signal, double.NaN, text, 0, at, at, ++sequence));

    /// <summary>States hold collections, which compare by reference; their text does not.</summary>
    public static string Text<T>(T state) => JsonSerializer.Serialize(state);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await System.DisposeAsync();
        Cuts?.Dispose();
        stop.Dispose();
    }

    private async Task ReachHeadAsync()
    {
        if (following.IsFaulted)
            await following;
        await Model.ReachAsync(System.Committed.Head, CancellationToken.None).WaitAsync(Wait.Patience);
    }
}
