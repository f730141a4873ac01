using System.Globalization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.Simulation.Cells;
using DigitalTwin.Actors.Simulation.Invariants;
using DigitalTwin.Actors.Simulation.Runs;
using DigitalTwin.Actors.TestKit;

namespace DigitalTwin.Actors.Simulation.Clients;

/// <summary>Send orders and ask again until they have an answer; they do not know which node runs which cell, only who answered last.</summary>
internal sealed class Customers(Func<EntityId, ShardId> shardOf, IReadOnlyList<EntityId> cells, int slots, Dice dice, VirtualTime time, Network network, Checker checker, World world)
{
    private readonly List<Order> all = [];
    private readonly List<Order> open = [];
    private readonly Dictionary<ShardId, int> answeredBy = [];

    public IReadOnlyList<Order> All => all;

    /// <summary>Without an answer.</summary>
    public IReadOnlyList<Order> Open => open;

    public void PlaceAny()
    {
        var number = all.Count;
        var entity = cells[dice.Below(dice.Below(2) == 0 ? 3 : cells.Count)];
        CellCommand command = dice.Below(100) switch
        {
            < 55 => new CellCommand.Make(number, dice.Between(1, 3)),
            < 72 => new CellCommand.Look(number),
            < 85 => new CellCommand.Remind(number, TimeSpan.FromSeconds(dice.Below(90)), dice.Below(2) == 0),
            < 91 => new CellCommand.Forget(number),
            < 95 => new CellCommand.Overfill(number),
            _ => new CellCommand.Jam(number),
        };
        var told = dice.Below(12) == 0;
        var id = told || dice.Below(12) == 0 ? null : Name(entity, number);
        Place(entity, command, id, told);
    }

    public void Place(EntityId entity, CellCommand command, string? id, bool told)
    {
        var order = new Order(all.Count, entity, command, id, told) { Slot = dice.Below(slots) };
        all.Add(order);
        if (told)
        {
            Send(order);
            return;
        }

        open.Add(order);
        order.Retry = time.CreateTimer(_ => Send(order), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Send(order);
    }

    /// <summary>Tells a node directly.</summary>
    public Order Tell(EntityId entity, CellCommand command, int slot)
    {
        var order = new Order(all.Count, entity, command, null, told: true) { Slot = slot };
        all.Add(order);
        network.Send(new Message(new Attempt(order, slot, floor: 0), null));
        return order;
    }

    public void Answered(Attempt attempt, bool final)
    {
        var order = attempt.Order;
        if (order.Answered) return;
        if (final || order.Once) Close(order);
        if (final) answeredBy[shardOf(order.Entity)] = attempt.Slot;
        else answeredBy.Remove(shardOf(order.Entity));
    }

    private void Send(Order order)
    {
        if (order.Answered) return;
        if (order.Once && order.Sent++ > 0)
        {
            Close(order);
            return;
        }

        // Without a hint one node after the other is asked.
        order.Slot = answeredBy.TryGetValue(shardOf(order.Entity), out var known) && dice.Below(8) > 0 ? known : (order.Slot + 1) % slots;
        world.Note($"{order} is sent to node {order.Slot}");
        network.Send(new Message(new Attempt(order, order.Slot, checker.StateOf(order.Entity).Seq), null));
        order.Retry?.Change(TimeSpan.FromMilliseconds(dice.Between(1_000, 4_000)), Timeout.InfiniteTimeSpan);
    }

    private void Close(Order order)
    {
        order.Answered = true;
        order.Retry?.Dispose();
        open.Remove(order);
    }

    /// <summary>Now and then a customer names an order as another one to the same cell was named.</summary>
    private string Name(EntityId entity, int number)
    {
        if (number > 0 && dice.Below(25) == 0)
        {
            for (var i = 0; i < 5; i++)
            {
                if (all[dice.Below(number)] is { Id: { } taken } other && other.Entity == entity) return taken;
            }
        }

        return number.ToString(CultureInfo.InvariantCulture);
    }
}
