using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Simulation.Cells;
using DigitalTwin.Actors.Simulation.Clients;
using DigitalTwin.Actors.Simulation.Cluster;

namespace DigitalTwin.Actors.Simulation.Runs;

/// <summary>
/// The faults end. I8: within a minute of simulated time all queues are empty and every order has its answer; every reminder is remembered within a
/// minute of its time; and nodes that start anew show every cell as the journal has it.
/// </summary>
internal sealed class Healing(World world)
{
    private const int MostSteps = 50_000;
    private static readonly TimeSpan RestWithin = TimeSpan.FromSeconds(60);

    public void Run()
    {
        world.Weather.Calm = true;
        world.Note($"the faults end");
        foreach (var node in world.Fleet.Living.ToList()) node.Paused = false;
        Repair();
        Look(atAll: world.Dice.Below(2) == 0);
        Rest("the last fault");
        RepairAndRest();

        TellSome();
        // By then they have left memory.
        var later = world.Time.GetUtcNow() + Fleet.LongestIdle;
        GoOn(() => world.Time.GetUtcNow() >= later, DateTimeOffset.MaxValue, () => "");
        TellSome();
        RepairAndRest();

        // Some cells are out of memory or were never in it since the start: their reminders wake them.
        if (world.Dice.Below(2) == 0)
        {
            StartAnew();
            Look(atAll: false);
        }

        Remember(reminder => reminder.Durable);
        Look(atAll: true);
        Rest("a look at all");
        Remember(_ => true);

        StartAnew();
        Look(atAll: true);
        Rest("the start");
    }

    private bool Broken => world.Checker.Broken is not null;

    private bool AtRest =>
        world.Customers.Open.Count == 0 && world.Network.Quiet && world.Fleet.Living.All(node => node is { Unanswered: 0, Awaited: 0, CanRun: false } && (!world.Fleet.LookForOthers || node.Followed == world.Checker.Count));

    /// <summary>What an operator does: a node that is down, or says that it needs a start, is started.</summary>
    private bool Repair()
    {
        var repaired = false;
        for (var slot = 0; slot < world.Fleet.Slots; slot++)
        {
            if (world.Fleet[slot] is { } node && IsSick(node)) world.Fleet.Kill(node);
            if (world.Fleet[slot] is not null) continue;
            world.Fleet.Start(slot);
            repaired = true;
        }

        return repaired;
    }

    private static bool IsSick(Node node) => node.Ending || !node.System.JournalHealth.Ok || node.System.List().Any(status => status.State == EntityLifecycle.Stopped);

    /// <summary>What was under way may have stopped a cell for good.</summary>
    private void RepairAndRest()
    {
        while (!Broken && Repair())
        {
            Look(atAll: false);
            Rest("a repair");
        }
    }

    private void StartAnew()
    {
        if (Broken) return;
        world.Note($"all nodes start anew");
        foreach (var node in world.Fleet.Living.ToList()) world.Fleet.Kill(node);
        Repair();
    }

    /// <param name="atAll">Every cell is to show its state; otherwise one of each line, so that somebody runs the line.</param>
    private void Look(bool atAll)
    {
        if (Broken) return;
        foreach (var cell in atAll ? world.Cells : world.Cells.DistinctBy(World.ShardOf))
            world.Customers.Place(cell, new CellCommand.Look(world.Customers.All.Count), null, told: false);
    }

    /// <summary>To those who run the cells; others have no right to keep even a dead letter of them.</summary>
    private void TellSome()
    {
        if (Broken) return;
        var told = new List<Order>();
        foreach (var cell in world.Cells.DistinctBy(World.ShardOf))
        {
            var owner = world.Fleet.OwnerOf(World.ShardOf(cell));
            told.Add(world.Customers.Tell(cell, new CellCommand.Make(world.Customers.All.Count, 1), owner));
            told.Add(world.Customers.Tell(cell, new CellCommand.Jam(world.Customers.All.Count), owner));
        }

        GoOn(() => AtRest && told.TrueForAll(order => order.Taken == 0 || order.Stored || order.Letters > 0), world.Time.GetUtcNow() + RestWithin, () => "something was taken in that is neither recorded nor kept as a dead letter");
    }

    /// <summary>Reminders are due a while later; each comes within a minute.</summary>
    private void Remember(Func<Reminder, bool> which)
    {
        var due = world.Time.GetUtcNow();
        foreach (var (_, reminder) in Awaited()) due = reminder.Due > due ? reminder.Due : due;
        GoOn(() => !Awaited().Any(), due + RestWithin, () => Awaited().First() is var (cell, reminder) ? $"{cell} was to remember order {reminder.Order} at {reminder.Due:HH:mm:ss.fff}" : "");

        IEnumerable<(EntityId Cell, Reminder Reminder)> Awaited() =>
            world.Cells.SelectMany(cell => world.Checker.StateOf(cell).Reminders.Where(which).Select(reminder => (cell, reminder)));
    }

    private void Rest(string since) => GoOn(() => AtRest, world.Time.GetUtcNow() + RestWithin, () => since);

    private void GoOn(Func<bool> done, DateTimeOffset end, Func<string> since)
    {
        for (var left = MostSteps; !Broken && !done(); left--)
        {
            world.Checker.Require(left > 0, $"the world is busy without an end");
            world.Steps++;
            if (world.TryWork() || world.TryDeliver()) continue;
            var next = world.Time.NextDue ?? end + RestWithin;
            world.Checker.Require(next <= end, $"{RestWithin.TotalSeconds:0} s after {since()}: {world.Customers.Open.Count} orders are without an answer ({(world.Customers.Open is [var first, ..] ? $"{first}" : "none")}), and {world.Fleet.Living.Sum(node => node.Unanswered + node.Awaited)} are taken in and not answered; read models are at {string.Join(", ", world.Fleet.Living.Select(node => node.Followed))} of {world.Checker.Count}");
            world.Advance(next - world.Time.GetUtcNow());
        }
    }
}
