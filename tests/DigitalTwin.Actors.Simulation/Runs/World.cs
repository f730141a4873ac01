using System.Globalization;
using System.Runtime.CompilerServices;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.Simulation.Clients;
using DigitalTwin.Actors.Simulation.Cluster;
using DigitalTwin.Actors.Simulation.Invariants;
using DigitalTwin.Actors.TestKit;

namespace DigitalTwin.Actors.Simulation.Runs;

/// <summary>
/// A plant's small cluster in one thread: nodes with the real engine over one journal, clients that send orders over a bad network, and one
/// scheduler that chooses from the seed what goes on next. First everything may fail and only safety is asked for; then the world
/// heals, see <see cref="Healing"/>.
/// </summary>
internal sealed class World
{
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(15);

    public const string DeadLetters = "dead-letters.";

    private const int LeastSteps = 800;
    private const int LeastFaults = 5;
    private const int MostSteps = 5_000;
    private const int LeastCells = 8;

    /// <summary>Nodes that may wait for the store, each while the one before it does.</summary>
    private const int DeepestWait = 2;

    private readonly ulong seed;
    private readonly List<string>? history;
    private readonly int mostOpen;
    private int waitsForStore;
    private ulong trace = 1;

    public World(ulong seed, bool record)
    {
        this.seed = seed;
        history = record ? [] : null;
        Dice = new Dice(seed);
        Weather = new Weather(Dice);
        Cells = [.. Enumerable.Range(1, LeastCells + Dice.Below(3)).Select(number => new EntityId($"line-{1 + (number % 2)}.cell-{number}"))];
        mostOpen = Dice.Between(3, 16);
        Checker = new Checker(ShardOf, Time, number => Customers!.All[number]);
        Journal = new MemoryJournal(Time) { Faults = CommitUnderWay, Stored = Checker.Stored };
        Network = new Network(Weather, Dice, Time);
        Fleet = new Fleet(this);
        Customers = new Customers(ShardOf, Cells, Fleet.Slots, Dice, Time, Network, Checker, this);
    }

    public Dice Dice { get; }

    public Weather Weather { get; }

    public VirtualTime Time { get; } = new();

    public MemoryJournal Journal { get; }

    public Checker Checker { get; }

    public Network Network { get; }

    public Fleet Fleet { get; }

    public Customers Customers { get; }

    public IReadOnlyList<EntityId> Cells { get; }

    public int Steps { get; set; }

    public bool Recorded => history is not null;

    /// <summary>The node whose commit is under way.</summary>
    public Node? Committing { private get; set; }

    private bool Broken => Checker.Broken is not null;

    /// <summary>A cell's line; the dead letters of a line are in its shard too.</summary>
    public static ShardId ShardOf(EntityId entity) => new(entity.Value.StartsWith(DeadLetters, StringComparison.Ordinal) ? entity.Value[DeadLetters.Length..] : entity.Value[..6]);

    public Verdict Run()
    {
        for (var slot = 0; slot < Fleet.Slots; slot++) Fleet.Start(slot);
        while (!Broken && (Steps < LeastSteps || Weather.Total < LeastFaults) && Steps < MostSteps) Step();
        if (!Broken) new Healing(this).Run();
        foreach (var node in Fleet.Living.ToList()) Fleet.Kill(node);
        Fleet.Bury();
        return new Verdict(
            seed, Steps, Weather.Struck, Checker.Reached, Checker.Count, trace,
            Convert.ToHexString(Journal.Head.Hash.Span), Checker.Broken, history ?? []);
    }

    /// <summary>The world goes on while a node waits for the store, which may take longer than its lease.</summary>
    public void GoOnDuring(Node node, Fault slow)
    {
        if (waitsForStore == DeepestWait || !Weather.Strikes(slow)) return;
        waitsForStore++;
        if (Dice.Below(4) == 0) Advance(LeaseTime * (Dice.Below(150) / 100.0));
        for (var more = Dice.Between(1, 40); (more > 0 || (node.Paused && node.Alive)) && Steps < MostSteps && !Broken; more--) Step();
        waitsForStore--;
    }

    public bool TryDeliver()
    {
        if (!Network.CanDeliver) return false;
        var (attempt, answer) = Network.Deliver();
        Trace(1, attempt.Order.Number);
        if (answer is null) Fleet.Take(attempt);
        else Customers.Answered(attempt, answer.Final);
        return true;
    }

    public bool TryWork()
    {
        if (Fleet.AnyThatCanRun() is not { } node) return false;
        Trace(2, node.Slot);
        try
        {
            node.RunOne();
        }
        catch (KilledException)
        {
            // The thread ends with its process.
        }
        catch (Exception thrown)
        {
            Checker.Require(false, $"work of node {node.Slot} threw {thrown}");
        }

        return true;
    }

    public void Advance(TimeSpan by)
    {
        Trace(3, (int)by.TotalMilliseconds);
        Time.Advance(by > TimeSpan.Zero ? by : TimeSpan.Zero);
    }

    public void Trace(int what, int which)
    {
        unchecked
        {
            trace = (trace ^ (ulong)((which * 8) + what)) * 0x100000001B3;
        }
    }

    public void Note([InterpolatedStringHandlerArgument("")] Sentence line) =>
        history?.Add(string.Create(CultureInfo.InvariantCulture, $"{Steps,5} {Time.GetUtcNow():HH:mm:ss.fff} {line.ToString()}"));

    /// <summary>The scheduler: one thing goes on.</summary>
    private void Step()
    {
        Steps++;
        if (waitsForStore == 0) Fleet.Bury();
        if (Steps == LeastSteps - 100 && Weather.Total < LeastFaults) Weather.Brew();
        if (Fleet.TryDisaster()) return;
        var roll = Dice.Below(100);
        if (roll < 12 && TryOrder()) return;
        if (roll < 45 && TryDeliver()) return;
        // Time passes now and then, and when nothing else can go on.
        if (roll < 96 && (TryWork() || TryDeliver())) return;
        PassTime();
    }

    private bool TryOrder()
    {
        if (Customers.Open.Count >= mostOpen) return false;
        Customers.PlaceAny();
        return true;
    }

    private void PassTime() => Advance(Dice.Below(20) switch
    {
        < 14 when Time.NextDue is { } due => due - Time.GetUtcNow(),
        < 19 => TimeSpan.FromMilliseconds(Dice.Below(2_000)),
        _ => TimeSpan.FromMilliseconds(Dice.Below(40_000)),
    });

    /// <summary>Called by the journal within a transaction, before anything is compared.</summary>
    private CommitFault CommitUnderWay()
    {
        if (Committing is { } node) GoOnDuring(node, Fault.SlowCommit);
        return CommitFault.None;
    }
}
