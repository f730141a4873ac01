using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Simulation.Cells;
using DigitalTwin.Actors.Simulation.Clients;
using DigitalTwin.Actors.Simulation.Invariants;
using DigitalTwin.Actors.Simulation.Runs;
using Reply = DigitalTwin.Actors.Entities.Reply<DigitalTwin.Actors.Simulation.Cells.Cell, DigitalTwin.Actors.Simulation.Cells.CellEvent>;

namespace DigitalTwin.Actors.Simulation.Cluster;

/// <summary>Hands what comes over the network to a node's engine, in each of the ways that the engine offers, and sends its answers back.</summary>
internal sealed class Reception(World world)
{
    private readonly Dice dice = world.Dice;
    private readonly Checker checker = world.Checker;

    public void Take(Node node, Attempt attempt) => node.Within(() =>
    {
        var order = attempt.Order;
        if (node.Ending)
        {
            Busy(attempt);
            return;
        }

        try
        {
            var taken = (order.Told, dice.Below(3)) switch
            {
                (true, 0) => Posted(node.Cells.TellAsync(order.Entity, order.Command)),
                (true, _) => node.Ref(order.Entity).TryTell(order.Command),
                (false, 0) => Begun(order.Command is CellCommand.Look ? QueryAsync(node, attempt) : AskAsync(node, attempt)),
                (false, _) => TryAsk(node, attempt),
            };
            if (taken && order.Told) order.Taken++;
            if (!taken) Busy(attempt);
        }
        catch (Exception thrown)
        {
            checker.Require(false, $"{order} could not be given to node {node.Slot}: {thrown}");
        }
    });

    private static bool Posted(ValueTask telling)
    {
        _ = telling.AsTask();
        return true;
    }

    /// <summary>What a method throws before its first wait is thrown here.</summary>
    private static bool Begun(Task asking)
    {
        if (asking.IsFaulted) asking.GetAwaiter().GetResult();
        return true;
    }

    private bool TryAsk(Node node, Attempt attempt)
    {
        var order = attempt.Order;
        order.Taken++;
        node.Unanswered++;
        var taken = node.Cells.TryAsk(
            order.Entity,
            order.Command,
            reply =>
            {
                node.Unanswered--;
                Answer(node, attempt, reply, now: true);
            },
            order.Id);
        if (taken) return true;
        order.Taken--;
        node.Unanswered--;
        return false;
    }

    private async Task AskAsync(Node node, Attempt attempt)
    {
        var order = attempt.Order;
        order.Taken++;
        node.Awaited++;
        Reply reply;
        try
        {
            reply = order.Id is { } id
                ? await node.Cells.AskAsync(order.Entity, order.Command, Deadline(), id)
                : await node.Cells.AskAsync(order.Entity, order.Command, Deadline());
        }
        catch (TimeoutException late)
        {
            checker.Reach(Milestone.DeadlinePassed);
            reply = new Reply.Failed(late.Message, !late.Message.Contains("will have none", StringComparison.Ordinal), Failure.Journal);
        }
        finally
        {
            node.Awaited--;
        }

        Answer(node, attempt, reply);
    }

    private async Task QueryAsync(Node node, Attempt attempt)
    {
        var order = attempt.Order;
        order.Taken++;
        node.Awaited++;
        Reply reply;
        try
        {
            var (state, seq, offset) = await node.Cells.QueryAsync(order.Entity, Deadline());
            checker.Require(state.Seq == seq, $"{order} was answered with sequence {seq} and the state of sequence {state.Seq}");
            reply = new Reply.Nothing(state, offset);
        }
        catch (Exception unavailable) when (unavailable is TimeoutException or EntityUnavailableException)
        {
            reply = new Reply.Failed(unavailable.Message, MayBeRecorded: false, Failure.NotOwner);
        }
        finally
        {
            node.Awaited--;
        }

        Answer(node, attempt, reply);
    }

    private void Answer(Node node, Attempt attempt, Reply reply, bool now = false)
    {
        if (!node.Alive) return;
        world.Note($"node {node.Slot} answers {attempt.Order}: {reply}");
        checker.Answered(now ? node.System.Name : null, attempt, reply);
        var final = reply is not Reply.Failed or Reply.Failed { WorthRetry: false, MayBeRecorded: false };
        world.Network.Send(new Message(attempt, new Answer(final)));
    }

    private void Busy(Attempt attempt)
    {
        if (!attempt.Order.Told) world.Network.Send(new Message(attempt, new Answer(Final: false)));
    }

    private TimeSpan Deadline() => TimeSpan.FromMilliseconds(dice.Between(500, 8_000));
}
