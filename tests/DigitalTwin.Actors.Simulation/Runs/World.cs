using System.Globalization;
using System.Runtime.CompilerServices;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.Simulation.Cells;
using DigitalTwin.Actors.Simulation.Clients;
using DigitalTwin.Actors.Simulation.Cluster;
using DigitalTwin.Actors.Simulation.Invariants;
using DigitalTwin.Actors.Supervision;
using DigitalTwin.Actors.TestKit;
using Reply = DigitalTwin.Actors.Entities.Reply<DigitalTwin.Actors.Simulation.Cells.Cell, DigitalTwin.Actors.Simulation.Cells.CellEvent>;

namespace DigitalTwin.Actors.Simulation.Runs;

/// <summary>
/// A plant's small cluster in one thread: nodes with the real engine over one journal, clients that send orders over a bad network, and one
/// scheduler that chooses from the seed what goes on next. First everything may fail and only safety is asked for; then the faults
/// end and the world has a minute to come to rest with every order answered.
/// </summary>
internal sealed class World
{
    private const int LeastSteps = 500;
    private const int LeastFaults = 5;
    private const int MostSteps = 5_000;
    private const int Entities = 8;
    private static readonly TimeSpan RestWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    private readonly ulong seed;
    private readonly Dice dice;
    private readonly Weather weather;
    private readonly VirtualTime time = new();
    private readonly MemoryJournal journal;
    private readonly Network network;
    private readonly Checker checker;
    private readonly List<Order> orders = [];
    private readonly List<Order> open = [];
    private readonly Node?[] nodes;
    private readonly int[] lives;
    private readonly EntityId[] cells;
    private readonly List<string>? history;
    private readonly int mostOpen;
    private readonly int mailbox;
    private readonly int messagesPerTurn;
    private int depth;
    private int steps;
    private ulong trace = 1;

    public World(ulong seed, bool record)
    {
        this.seed = seed;
        history = record ? [] : null;
        dice = new Dice(seed);
        weather = new Weather(dice);
        journal = new MemoryJournal(time) { Faults = CommitUnderWay };
        network = new Network(weather, dice, time);
        checker = new Checker(ShardOf, orders, time);
        journal.Stored = checker.Stored;
        nodes = new Node?[1];
        lives = new int[nodes.Length];
        cells = [.. Enumerable.Range(1, Entities + dice.Below(3)).Select(number => new EntityId($"line-{1 + (number % 2)}.cell-{number}"))];
        mostOpen = dice.Between(3, 16);
        mailbox = dice.Between(1, 4);
        messagesPerTurn = dice.Between(1, 4);
    }

    /// <summary>The node whose commit is under way.</summary>
    public Node? Committing { private get; set; }

    public bool Recorded => history is not null;

    public Verdict Run()
    {
        for (var slot = 0; slot < nodes.Length; slot++) Start(slot);
        while (checker.Broken is null && (steps < LeastSteps || weather.Total < LeastFaults) && steps < MostSteps) Step();
        if (checker.Broken is null) new Healing(this).Run();
        return new Verdict(
            seed, steps, weather.Struck, checker.Count, checker.Acknowledged, checker.Remembered, trace,
            Convert.ToHexString(journal.Head.Hash.Span), checker.Broken, history ?? []);
    }

    public void Kill(Node node)
    {
        Note($"node {node.Slot} life {node.Life} is killed");
        node.Kill();
        nodes[node.Slot] = null;
    }

    public void CommitLater(Append[] batch, DateTimeOffset recorded)
    {
        time.CreateTimer(
            _ =>
            {
                Note($"a killed node's commit of {batch.Length} arrives");
                Committing = null;
                journal.Append(batch, recorded, new AppendResult[batch.Length]);
                checker.Committed();
            },
            null, TimeSpan.FromMilliseconds(dice.Below(30_000)), Timeout.InfiniteTimeSpan);
    }

    private static ShardId ShardOf(EntityId entity) => new("all");

    /// <summary>The scheduler: one thing goes on.</summary>
    private void Step()
    {
        steps++;
        if (steps == LeastSteps - 100 && weather.Total < LeastFaults) weather.Brew();
        if (Disaster()) return;
        var roll = dice.Below(100);
        if (roll < 12 && TryOrder()) return;
        if (roll < 40 && TryDeliver()) return;
        if (roll < 96 && TryWork()) return;
        PassTime();
    }

    /// <summary>What befalls a whole node.</summary>
    private bool Disaster()
    {
        var slot = dice.Below(nodes.Length);
        if (nodes[slot] is not { } node)
        {
            if (dice.Below(100) < 10) Start(slot);
            return true;
        }

        if (!node.System.JournalHealth.Ok && dice.Below(50) == 0)
        {
            Note($"node {slot} is restarted, since its journal has failed");
            Kill(node);
            return true;
        }

        if (!node.DiskWaits && weather.Strikes(Fault.KillAtRest))
        {
            Kill(node);
            return true;
        }

        if (node.Paused) return false;
        if (weather.Strikes(Fault.PauseBeyondLease)) return Pause(node, Lease * (1 + (dice.Below(100) / 50.0)));
        if (weather.Strikes(Fault.PauseShortly)) return Pause(node, Lease * (dice.Below(100) / 100.0));
        if (weather.Strikes(Fault.WallClockSetBack)) return SetClock(node, -TimeSpan.FromSeconds(dice.Below(7_200)));
        if (weather.Strikes(Fault.WallClockSetForward)) return SetClock(node, TimeSpan.FromSeconds(dice.Below(7_200)));
        return false;
    }

    private bool Pause(Node node, TimeSpan until)
    {
        Note($"node {node.Slot} is stopped for {until.TotalSeconds:0.0} s");
        node.Paused = true;
        time.CreateTimer(_ => node.Paused = false, null, until, Timeout.InfiniteTimeSpan);
        return true;
    }

    private bool SetClock(Node node, TimeSpan by)
    {
        Note($"the clock of node {node.Slot} is set by {by.TotalSeconds:0} s");
        node.Clock.Offset += by;
        return true;
    }

    private void Start(int slot)
    {
        var node = new Node(slot, ++lives[slot], dice);
        Note($"node {slot} starts life {node.Life}");
        node.Clock = new NodeClock(time, node);
        nodes[slot] = node;
        node.Within(() =>
        {
            try
            {
                node.System = new EntitySystem(new NodeJournal(node, journal, weather, checker, this), new EntitySystemOptions
                {
                    Name = "node",
                    Time = node.Clock,
                    PlantTime = new NodeClock(time, node),
                    Dispatcher = node,
                    MailboxCapacity = mailbox,
                    MessagesPerTurn = messagesPerTurn,
                    Restarts = new RestartPolicy(3, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8)),
                });
                node.Cells = node.System.Add(Cell.Behavior);
            }
            catch (IOException)
            {
                Kill(node);
            }
        });
    }

    private bool TryOrder()
    {
        if (open.Count >= mostOpen) return false;
        NewOrder();
        return true;
    }

    private void NewOrder()
    {
        var number = orders.Count;
        var entity = cells[dice.Below(cells.Length)];
        CellCommand command = dice.Below(100) switch
        {
            < 55 => new CellCommand.Make(number, dice.Between(1, 3)),
            < 70 => new CellCommand.Look(),
            < 85 => new CellCommand.Remind(number, TimeSpan.FromSeconds(dice.Below(90)), dice.Below(2) == 0),
            < 90 => new CellCommand.Forget(number),
            < 94 => new CellCommand.Overfill(),
            _ => new CellCommand.Jam(number),
        };
        Place(new Order(number, entity, command, null, told: false));
    }

    private void Place(Order order)
    {
        orders.Add(order);
        open.Add(order);
        order.Slot = dice.Below(nodes.Length);
        order.Retry = time.CreateTimer(_ => Send(order), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Send(order);
    }

    private void Send(Order order)
    {
        if (order.Answered) return;
        if (order.Once && order.Sent++ > 0)
        {
            Close(order);
            return;
        }

        Note($"{order} is sent to node {order.Slot}");
        network.Send(new Message(new Attempt(order, order.Slot, checker.ToldOf(order.Entity)), null));
        order.Slot = dice.Below(nodes.Length);
        order.Retry!.Change(TimeSpan.FromMilliseconds(dice.Between(1_000, 4_000)), Timeout.InfiniteTimeSpan);
    }

    private bool TryDeliver()
    {
        if (!network.CanDeliver) return false;
        var message = network.Deliver();
        Trace(1, message.Attempt.Order.Number);
        if (message.Answer is { } answer) Answered(message.Attempt, answer);
        else Arrived(message.Attempt);
        return true;
    }

    private void Arrived(Attempt attempt)
    {
        if (nodes[attempt.Slot] is not { } node) return;
        var order = attempt.Order;
        order.Taken++;
        var taken = false;
        node.Within(() => taken = node.Cells.TryAsk(order.Entity, order.Command, reply => Leave(node, attempt, reply)));
        if (taken)
        {
            node.Unanswered++;
            return;
        }

        order.Taken--;
        network.Send(new Message(attempt, new Answer(Final: false)));
    }

    private void Leave(Node node, Attempt attempt, Reply reply)
    {
        if (!node.Alive) return;
        node.Unanswered--;
        Note($"node {node.Slot} answers {attempt.Order}: {reply}");
        checker.Answered(attempt, reply);
        network.Send(new Message(attempt, new Answer(reply is not Reply.Failed or Reply.Failed { WorthRetry: false, MayBeRecorded: false })));
    }

    private void Answered(Attempt attempt, Answer answer)
    {
        var order = attempt.Order;
        if (!order.Answered && (answer.Final || order.Once)) Close(order);
    }

    private void Close(Order order)
    {
        order.Answered = true;
        order.Retry!.Dispose();
        open.Remove(order);
    }

    private bool TryWork()
    {
        var first = dice.Below(nodes.Length);
        for (var i = 0; i < nodes.Length; i++)
        {
            if (nodes[(first + i) % nodes.Length] is not { CanRun: true } node) continue;
            Trace(2, node.Slot);
            try
            {
                node.RunOne();
            }
            catch (Exception thrown) when (thrown is not KilledException)
            {
                checker.Require(false, $"a turn of node {node.Slot} threw {thrown}");
            }

            return true;
        }

        return false;
    }

    private void PassTime()
    {
        var until = dice.Below(20) switch
        {
            < 14 when time.NextDue is { } due => due - time.GetUtcNow(),
            < 19 => TimeSpan.FromMilliseconds(dice.Below(2_000)),
            _ => TimeSpan.FromMilliseconds(dice.Below(40_000)),
        };
        Advance(until);
    }

    private void Advance(TimeSpan by)
    {
        Trace(3, (int)by.TotalMilliseconds);
        time.Advance(by > TimeSpan.Zero ? by : TimeSpan.Zero);
    }

    /// <summary>Called by the journal within a transaction of a node: now and then the world goes on before it is committed.</summary>
    private CommitFault CommitUnderWay()
    {
        if (Committing is not { } node || depth == 2 || !weather.Strikes(Fault.SlowCommit)) return CommitFault.None;
        depth++;
        for (var more = dice.Between(1, 40); more > 0 && checker.Broken is null; more--) Step();
        node.Paused = false;
        depth--;
        return CommitFault.None;
    }

    private void Trace(int what, int which)
    {
        unchecked
        {
            trace = (trace ^ (ulong)((which * 8) + what)) * 0x100000001B3;
        }
    }

    private void Note([InterpolatedStringHandlerArgument("")] Sentence line) =>
        history?.Add(string.Create(CultureInfo.InvariantCulture, $"{steps,5} {time.GetUtcNow():HH:mm:ss.fff} {line.ToString()}"));

    /// <summary>The faults end: within a minute of simulated time all queues are empty and every order has its answer.</summary>
    private sealed class Healing(World world)
    {
        private const int MostSteps = 50_000;

        public void Run()
        {
            world.weather.Calm = true;
            world.Note($"the faults end");
            for (var slot = 0; slot < world.nodes.Length; slot++)
            {
                if (world.nodes[slot] is { } node && IsSick(node)) world.Kill(node);
                if (world.nodes[slot] is { } living) living.Paused = false;
                else world.Start(slot);
            }

            foreach (var cell in world.cells) world.Place(new Order(world.orders.Count, cell, new CellCommand.Look(), null, told: false));
            var end = world.time.GetUtcNow() + RestWithin;
            for (var left = MostSteps; !AtRest && world.checker.Broken is null; left--)
            {
                world.checker.Require(left > 0, $"the world is still busy {MostSteps} steps after the last fault");
                world.steps++;
                if (world.TryWork() || world.TryDeliver()) continue;
                var next = world.time.NextDue ?? end;
                world.checker.Require(next <= end, $"{RestWithin.TotalSeconds:0} s after the last fault {world.open.Count} orders are without an answer, first {world.open.FirstOrDefault()}, and nodes have taken {world.nodes.Sum(node => node!.Unanswered)} in that they do not answer");
                world.Advance(next - world.time.GetUtcNow());
            }
        }

        private bool AtRest => world.open.Count == 0 && world.network.Quiet && world.nodes.All(node => node is { Unanswered: 0, CanRun: false });

        private static bool IsSick(Node node) => !node.System.JournalHealth.Ok || node.System.List().Any(status => status.State == EntityLifecycle.Stopped);
    }
}
