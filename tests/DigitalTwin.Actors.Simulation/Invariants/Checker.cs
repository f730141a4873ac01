using System.Runtime.CompilerServices;
using System.Text.Json;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.Simulation.Cells;
using DigitalTwin.Actors.Simulation.Clients;
using DigitalTwin.Actors.Simulation.Runs;
using DigitalTwin.Actors.TestKit;
using Reply = DigitalTwin.Actors.Entities.Reply<DigitalTwin.Actors.Simulation.Cells.Cell, DigitalTwin.Actors.Simulation.Cells.CellEvent>;

namespace DigitalTwin.Actors.Simulation.Invariants;

/// <summary>
/// What must hold whatever happens, looked at where it can break: at each event as it is stored, each lease as it is given, each answer as it leaves
/// an engine. It folds the events itself and shares nothing with the engine but the two pure functions of the cell.
/// I1 acknowledged is stored · I2 one commit per sequence, offsets without gaps, a command stored whole and once · I3 the epoch of a commit is the
/// newest of its shard · I4 every state that is shown is the fold of the journal · a reminder is remembered once, not before it is due, not after it
/// was forgotten · a command that is surely not stored is not stored.
/// </summary>
internal sealed class Checker(Func<EntityId, ShardId> shardOf, VirtualTime time, Func<int, Order> orders)
{
    private readonly List<(EntityId Entity, long Seq, CellEvent? Event)> events = [];
    private readonly List<StoredEvent> rows = [];
    private readonly Dictionary<EntityId, Model> models = [];
    private readonly Dictionary<ShardId, long> epochs = [];
    private readonly Dictionary<(EntityId, string), int> ids = [];
    private readonly int[] reached = new int[Enum.GetValues<Milestone>().Length];
    private readonly Dictionary<ShardId, string> owners = [];
    private DateTimeOffset newestRecorded;
    private long newestEpoch;

    /// <summary>The first claim that did not hold.</summary>
    public string? Broken { get; private set; }

    public long Count => events.Count;

    public IReadOnlyList<int> Reached => reached;

    public void Require(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] Sentence claim)
    {
        if (!holds) Broken ??= claim.ToString();
    }

    public void Reach(Milestone milestone) => reached[(int)milestone]++;

    public Cell StateOf(EntityId entity) => Of(entity).Newest;

    public void Granted(Lease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        Require(lease.Epoch > newestEpoch, $"epoch {lease.Epoch} was given out after {newestEpoch}");
        newestEpoch = lease.Epoch;
        epochs[lease.Shard] = lease.Epoch;
        if (owners.TryGetValue(lease.Shard, out var before) && before != lease.Owner) Reach(Milestone.TakenOver);
        owners[lease.Shard] = lease.Owner;
    }

    public void Stored(StoredEvent stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        var model = Of(stored.Entity);
        Require(stored.Offset == events.Count + 1, $"offset {stored.Offset} follows {events.Count}");
        Require(stored.Seq == model.Offsets.Count + 1, $"{stored.Entity} has sequence {stored.Seq} after {model.Offsets.Count}");
        Require(stored.Recorded >= newestRecorded, $"offset {stored.Offset} was recorded before the one before it");
        newestRecorded = stored.Recorded;
        var epoch = epochs.GetValueOrDefault(shardOf(stored.Entity));
        if (stored.Epoch != epoch) Require(false, $"offset {stored.Offset} of {stored.Entity} was stored with epoch {stored.Epoch}, the shard's is {epoch}");
        model.Offsets.Add(stored.Offset);
        rows.Add(stored);
        if (stored.Entity.Value.StartsWith(World.DeadLetters, StringComparison.Ordinal))
        {
            events.Add((stored.Entity, stored.Seq, null));
            if (stored.Name == "dead-letter.stored.v1") NoteDeadLetter(stored);
            return;
        }

        var recorded = CellEvent.Decode(stored.Name, stored.Payload);
        if (recorded.Kind == CellEventKind.Remembered) CheckReminder(stored, recorded, model);
        else CheckOrder(stored, recorded);
        events.Add((stored.Entity, stored.Seq, recorded));
        model.States.Add(Cell.Apply(model.Newest, recorded));
    }

    /// <summary>After each transaction: no command's events are cut in two.</summary>
    public void Committed()
    {
        if (events.Count > 0 && events[^1].Event is { } last) Require(last.Part == last.Of, $"order {last.Order} is stored in part");
    }

    /// <summary>A read model has been given an event.</summary>
    /// <param name="after">Offset of the one before.</param>
    public void Followed(StoredEvent given, long after)
    {
        ArgumentNullException.ThrowIfNull(given);
        Require(given.Offset == after + 1, $"a read model was given offset {given.Offset} after {after}");
        Require(given.Offset <= rows.Count, $"a read model was given offset {given.Offset}, the journal is at {rows.Count}");
        if (given.Offset > rows.Count) return;
        var row = rows[(int)given.Offset - 1];
        var same = (given.Entity, given.Seq, given.Name, given.At, given.Recorded, given.Epoch, given.Command) == (row.Entity, row.Seq, row.Name, row.At, row.Recorded, row.Epoch, row.Command)
            && given.Payload.Span.SequenceEqual(row.Payload.Span);
        Require(same, $"a read model was given another event of offset {given.Offset} than the journal has");
    }

    /// <param name="now">Whose engine answers at this very moment; null: it has answered a while ago, and its asker only comes to it now.</param>
    public void Answered(string? now, Attempt attempt, Reply reply)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        var order = attempt.Order;
        switch (reply)
        {
            case Reply.Accepted accepted:
                Reach(accepted.Repeated ? Milestone.AcceptedAgain : Milestone.Accepted);
                CheckAccepted(order, accepted);
                CheckState(order, accepted.State, accepted.Events[^1].Seq);
                if (accepted.Repeated) CheckOwner(now, order);
                break;
            case Reply.Nothing nothing:
                Require(order.Command is CellCommand.Look or CellCommand.Forget, $"{order} was answered as if there were nothing to do");
                CheckState(order, nothing.State, attempt.Floor);
                CheckOwner(now, order);
                Require(OffsetOf(order.Entity, nothing.State.Seq) == nothing.Offset, $"{order} was answered with a state of another offset");
                break;
            case Reply.Refused refused:
                CheckRefused(order, refused);
                break;
            case Reply.Failed { MayBeRecorded: true }:
                Reach(Milestone.MayBeStored);
                break;
            case Reply.Failed failed:
                Reach(failed.Of == Failure.NotOwner ? Milestone.NotTheOwner : Milestone.SurelyNotStored);
                order.SurelyNotStored++;
                Require(!order.Stored || order.SurelyNotStored < order.Taken, $"{order} is stored, although every attempt was answered that it is not");
                break;
        }
    }

    private Model Of(EntityId entity)
    {
        if (!models.TryGetValue(entity, out var model)) models[entity] = model = new Model();
        return model;
    }

    private void CheckOrder(StoredEvent stored, CellEvent recorded)
    {
        var order = orders(recorded.Order);
        Require(order.Entity == stored.Entity, $"{order} is stored for {stored.Entity}");
        Require(recorded.Of == order.Times, $"{order} is stored with {recorded.Of} events");
        if (recorded.Part == 1)
        {
            Require(events.Count == 0 || events[^1].Event is not { } before || before.Part == before.Of, $"an order was stored in part before {order}");
            Require(order.TimesStored <= order.Letters, $"{order} is stored twice");
            Require(order.Told || order.SurelyNotStored < order.Taken, $"{order} is stored, although every attempt was answered that it is not");
            if (order.Id is { } id && !ids.TryAdd((order.Entity, id), order.Number)) Require(ids[(order.Entity, id)] == order.Number, $"{order} is stored beside order {ids[(order.Entity, id)]} of the same id");
            order.TimesStored++;
        }
        else
        {
            Require(events[^1] is var (entity, _, previous) && entity == stored.Entity && previous?.Order == recorded.Order && previous.Part == recorded.Part - 1, $"{order} is stored in pieces");
        }
    }

    private void NoteDeadLetter(StoredEvent stored)
    {
        using var letter = JsonDocument.Parse(stored.Payload);
        Require(letter.RootElement.GetProperty("Kind").GetString() == Cell.Behavior.Kind, $"offset {stored.Offset} keeps a dead letter of another kind");
        orders(CellCommand.OrderOf(letter.RootElement.GetProperty("Payload").GetBytesFromBase64())).Letters++;
        Reach(Milestone.DeadLetterKept);
    }

    private void CheckReminder(StoredEvent stored, CellEvent recorded, Model model)
    {
        Reach(Milestone.ReminderRemembered);
        Require(model.Newest.Awaits(recorded.Order), $"{stored.Entity} remembered the reminder of order {recorded.Order} again, or after it was forgotten");
        foreach (var reminder in model.Newest.Reminders)
        {
            if (reminder.Order == recorded.Order) Require(time.GetUtcNow() >= reminder.Due, $"{stored.Entity} remembered order {recorded.Order} before it was due");
        }
    }

    private void CheckAccepted(Order order, Reply.Accepted accepted)
    {
        Require(accepted.Events.Count == order.Times, $"{order} was answered with {accepted.Events.Count} events");
        foreach (var (offset, seq, recorded) in accepted.Events)
        {
            var there = offset >= 1 && offset <= events.Count && events[(int)offset - 1] == (order.Entity, seq, recorded);
            Require(there, $"{order} was acknowledged with offset {offset}, which the journal does not have so");
            Require(recorded.Order == order.Number, $"{order} was answered with the events of order {recorded.Order}");
        }
    }

    /// <param name="atLeast">Sequence below which the state is out of date.</param>
    private void CheckState(Order order, Cell state, long atLeast)
    {
        var model = Of(order.Entity);
        var exists = state.Seq < model.States.Count;
        Require(exists, $"{order} was answered with a state of sequence {state.Seq}, the journal is at {model.Newest.Seq}");
        if (!exists) return;
        Require(state.Same(model.States[(int)state.Seq]), $"{order} was answered with a state that is not the fold of the journal up to sequence {state.Seq}");
        Require(state.Seq >= atLeast, $"{order} was answered with the state of sequence {state.Seq}, although the journal was at {atLeast} when it was sent");
    }

    /// <summary>Whoever has lost the shard no longer knows what is in the journal; nobody's clock is wrong here, so two thirds of a lease are never more than all of it.</summary>
    private void CheckOwner(string? node, Order order)
    {
        if (node is null) return;
        var owner = owners[shardOf(order.Entity)];
        Require(owner == node, $"{order} was answered by {node} from its memory, although {owner} runs the shard");
    }

    private void CheckRefused(Order order, Reply.Refused refused)
    {
        if (refused.Code == BadInput.DuplicateId) Reach(Milestone.IdUsedTwice);
        var expected = refused.Code switch
        {
            "FULL" => order.Command is CellCommand.Overfill,
            "TOO_MANY" => order.Command is CellCommand.Remind,
            BadInput.DuplicateId => order.Id is { } id && ids.TryGetValue((order.Entity, id), out var other) && other != order.Number,
            _ => false,
        };
        Require(expected, $"{order} was refused without a cause: {refused.Code}, {refused.Reason}");
    }

    private long OffsetOf(EntityId entity, long seq) => seq == 0 ? 0 : Of(entity).Offsets[(int)seq - 1];

    private sealed class Model
    {
        /// <summary>The state after each sequence, from 0.</summary>
        public List<Cell> States { get; } = [Cell.Empty];

        public List<long> Offsets { get; } = [];

        public Cell Newest => States[^1];
    }
}
