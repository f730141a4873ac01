using System.Globalization;
using DigitalTwin.Actors.DeadLetters;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.Simulation.Cells;
using DigitalTwin.Actors.Simulation.Clients;
using DigitalTwin.Actors.Simulation.Invariants;
using DigitalTwin.Actors.Simulation.Runs;
using DigitalTwin.Actors.Supervision;

namespace DigitalTwin.Actors.Simulation.Cluster;

/// <summary>The machines of the cluster: each runs one node at a time, which may be killed, stopped and started again.</summary>
internal sealed class Fleet
{
    /// <summary>After so long every entity without a message or a timer of its own has left memory, where they leave it at all.</summary>
    public static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(50);

    private readonly World world;
    private readonly Dice dice;
    private readonly Weather weather;
    private readonly SnapshotShelf shelf = new();
    private readonly Reception reception;
    private readonly Node?[] nodes;
    private readonly int[] lives;
    private readonly List<Node> dead = [];
    private readonly EntitySystemOptions options;

    /// <summary>The store notices that a process has ended, as one on the same machine does; otherwise its leases must run out.</summary>
    private readonly bool seesTheDead;

    public Fleet(World world)
    {
        (this.world, dice, weather) = (world, world.Dice, world.Weather);
        reception = new Reception(world);
        nodes = new Node?[dice.Between(2, 3)];
        lives = new int[nodes.Length];
        LookForOthers = dice.Below(4) == 0;
        seesTheDead = dice.Below(2) == 0;
        options = new EntitySystemOptions
        {
            ShardOf = World.ShardOf,
            LeaseTime = World.LeaseTime,
            MailboxCapacity = dice.Between(1, 4),
            MessagesPerTurn = dice.Between(1, 4),
            Restarts = new RestartPolicy(3, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8)),
            SnapshotEvery = dice.Between(1, 8),
            PassivateAfter = dice.Below(4) == 0 ? Timeout.InfiniteTimeSpan : LongestIdle * (dice.Between(10, 60) / 100.0),
        };
    }

    public int Slots => nodes.Length;

    /// <summary>The nodes look for what the others commit, every 200 ms; a seed in four.</summary>
    public bool LookForOthers { get; }

    public IEnumerable<Node> Living => nodes.OfType<Node>();

    public Node? this[int slot] => nodes[slot];

    public void Start(int slot)
    {
        var node = new Node(slot, ++lives[slot], dice);
        world.Note($"node {slot} starts life {node.Life}");
        node.Clock = new NodeClock(world.Time, node);
        nodes[slot] = node;
        node.Within(() =>
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"node-{slot}-life-{node.Life}");
            node.System = new EntitySystem(new NodeJournal(node, world), options with
            {
                Name = name,
                Owner = name,
                Time = node.Clock,
                PlantTime = new NodeClock(world.Time, node),
                Dispatcher = node,
                Snapshots = new NodeSnapshots(node, shelf, weather, world),
                OnFault = fault => world.Note($"node {slot}: {fault.Reason} Recovered in {fault.RestartIn?.TotalSeconds:0.0} s"),
                OnDeadLetter = letter => SetAside(node, letter),
                OnNotice = notice => Notice(node, notice),
            });
            node.Cells = node.System.Add(Cell.Behavior);
            _ = FollowAsync(node);
        });
    }

    public void Kill(Node node)
    {
        world.Note($"node {node.Slot} life {node.Life} is killed");
        node.Kill();
        dead.Add(node);
        if (seesTheDead) world.Journal.OwnerEnded(node.System.Name);
        if (nodes[node.Slot] == node) nodes[node.Slot] = null;
    }

    /// <summary>Killed engines still hold what belongs to the process of the test: its metrics. None of them may be under way.</summary>
    public void Bury()
    {
        foreach (var node in dead)
        {
            node.Within(() =>
            {
                // An end that was under way must be over, or this one would wait for it.
                node.RingAll();
                _ = node.System.StopAsync(TimeSpan.Zero);
            });
        }

        dead.Clear();
    }

    /// <summary>What befalls a whole node, while it is not yet time to heal; true: that was the step.</summary>
    public bool TryDisaster()
    {
        var slot = dice.Below(nodes.Length);
        if (nodes[slot] is not { } node)
        {
            if (dice.Below(10) > 0) return false;
            Start(slot);
            return true;
        }

        if (!node.System.JournalHealth.Ok && dice.Below(50) == 0)
        {
            world.Note($"node {slot} is to start again, since its journal has failed");
            Kill(node);
            return true;
        }

        if (!node.DiskWaits && weather.Strikes(Fault.KillAtRest))
        {
            Kill(node);
            return true;
        }

        if (node.Paused || node.Ending) return false;
        if (dice.In10000(20)) return Begin(node, EndAsync);
        if (dice.In10000(60)) return Begin(node, ReplayAsync);
        if (weather.Strikes(Fault.PauseBeyondLease)) return Pause(node, World.LeaseTime * (1 + (dice.Below(100) / 50.0)));
        if (weather.Strikes(Fault.PauseShortly)) return Pause(node, World.LeaseTime * (dice.Below(100) / 100.0));
        if (weather.Strikes(Fault.WallClockSetBack)) return SetClock(node, -TimeSpan.FromSeconds(dice.Below(7_200)));
        if (weather.Strikes(Fault.WallClockSetForward)) return SetClock(node, TimeSpan.FromSeconds(dice.Below(7_200)));
        return false;
    }

    public Node? AnyThatCanRun()
    {
        var first = dice.Below(nodes.Length);
        for (var i = 0; i < nodes.Length; i++)
        {
            if (nodes[(first + i) % nodes.Length] is { CanRun: true } node) return node;
        }

        return null;
    }

    /// <summary>The node that runs a shard, in a world at rest.</summary>
    public int OwnerOf(ShardId shard)
    {
        var owner = world.Journal.Leases().Single(lease => lease.Shard == shard).Owner;
        return Living.Single(node => node.System.Name == owner).Slot;
    }

    /// <summary>A request has come over the network.</summary>
    public void Take(Attempt attempt)
    {
        if (nodes[attempt.Slot] is { } node) reception.Take(node, attempt);
    }

    /// <summary>The commit of a killed process lands a while later, as one that the database server had received in full.</summary>
    public void CommitLater(Append[] batch, DateTimeOffset recorded)
    {
        world.Time.CreateTimer(
            _ =>
            {
                world.Note($"a killed node's commit of {batch.Length} arrives");
                world.Committing = null;
                world.Journal.Append(batch, recorded, new AppendResult[batch.Length]);
                world.Checker.Committed();
            },
            null, TimeSpan.FromMilliseconds(dice.Below(30_000)), Timeout.InfiniteTimeSpan);
    }

    /// <summary>As an operator ends a node, or the machine that is to be updated.</summary>
    private async Task EndAsync(Node node)
    {
        node.Ending = true;
        var report = await node.System.StopAsync(TimeSpan.FromMilliseconds(dice.Below(8_000)));
        if (!node.Alive) return;
        world.Note($"node {node.Slot} has ended{(report.Orderly ? "" : ", but not in order")}");
        if (report.Orderly)
        {
            world.Checker.Reach(Milestone.EndedInOrder);
            world.Checker.Require(node.Unanswered == 0, $"node {node.Slot} has ended in order, and {node.Unanswered} orders that it had taken in are without an answer");
        }

        Kill(node);
    }

    /// <summary>As an operator sends a dead letter again. Timers' are left, since these come again by themselves.</summary>
    private async Task ReplayAsync(Node node)
    {
        try
        {
            var letters = await node.System.DeadLetters.ListAsync();
            if (letters.Count == 0 || letters[dice.Below(letters.Count)] is not { Command: CellCommand.MakeName or CellCommand.JamName } letter) return;
            world.Note($"node {node.Slot} replays the dead letter {letter.Id}");
            if (await node.System.DeadLetters.ReplayAsync(letter.Id) is not null) world.Checker.Reach(Milestone.DeadLetterReplayed);
        }
        catch (Exception failure) when (failure is TimeoutException or EntityUnavailableException or ObjectDisposedException)
        {
            world.Note($"node {node.Slot} cannot replay: {failure.Message}");
        }
    }

    /// <summary>A read model of each node: every event once, in the order of the commits, from its start on.</summary>
    private async Task FollowAsync(Node node)
    {
        while (node.Alive)
        {
            try
            {
                await foreach (var stored in node.System.Committed.ReadAsync(node.Followed))
                {
                    world.Checker.Followed(stored, node.Followed);
                    node.Followed = stored.Offset;
                }
            }
            catch (IOException)
            {
                // The journal could not be read; it goes on where it was.
            }
        }
    }

    private void Notice(Node node, EngineNotice notice)
    {
        world.Note($"node {node.Slot}: {notice.Reason}");
        if (notice.Reason.StartsWith($"Shard {notice.Subject} was lost", StringComparison.Ordinal)) world.Checker.Reach(Milestone.ShardLost);
    }

    private void SetAside(Node node, DeadLetter letter)
    {
        if (!node.Alive) return;
        world.Note($"node {node.Slot} sets {letter.Message} to {letter.Id} aside: {letter.Reason}");
    }

    private static bool Begin(Node node, Func<Node, Task> work)
    {
        node.Within(() => _ = work(node));
        return true;
    }

    private bool Pause(Node node, TimeSpan until)
    {
        world.Note($"node {node.Slot} is stopped for {until.TotalSeconds:0.0} s");
        node.Paused = true;
        world.Time.CreateTimer(_ => node.Paused = false, null, until, Timeout.InfiniteTimeSpan);
        return true;
    }

    private bool SetClock(Node node, TimeSpan by)
    {
        world.Note($"the clock of node {node.Slot} is set by {by.TotalSeconds:0} s");
        node.Clock.Offset += by;
        return true;
    }
}
