using System.Buffers.Binary;
using System.Collections.Immutable;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Simulation.Runs;
using DigitalTwin.Actors.Timers;

namespace DigitalTwin.Actors.Simulation.Cells;

/// <summary>
/// The entity of the simulation. Its decider is careless on purpose: whatever the engine delivers twice is recorded twice, so that no rule of
/// the entity hides a fault of the engine.
/// </summary>
/// <param name="Seq">Events applied.</param>
/// <param name="Chain">A hash over all of them in their order: two states are the same only after the same events.</param>
public sealed record Cell(long Seq, ulong Chain, ImmutableArray<Reminder> Reminders)
{
    public const int MaxReminders = 3;
    private const int ReminderSize = 13;

    public static readonly Cell Empty = new(0, 0, []);

    public static readonly EntityBehavior<Cell, CellCommand, CellEvent> Behavior = new("cell", _ => Empty, Decide, Apply, CellEvent.Encode, CellEvent.Decode)
    {
        Timers = cell => cell.Reminders.Select(reminder => new EntityTimer<CellCommand>(reminder.Key, reminder.Due, new CellCommand.Remember(reminder.Order)) { Durable = reminder.Durable }),
        CommandCodec = new CommandCodec<CellCommand>(CellCommand.Encode, CellCommand.Decode),
        SnapshotCodec = new SnapshotCodec<Cell>("cell.state.v1", Encode, Decode),
    };

    public bool Same(Cell other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Seq == other.Seq && Chain == other.Chain && Reminders.AsSpan().SequenceEqual(other.Reminders.AsSpan());
    }

    public override string ToString() => $"Cell({Seq}, {Chain:x16}, {Reminders.Length} reminders)";

    public bool Awaits(int order)
    {
        foreach (var reminder in Reminders)
        {
            if (reminder.Order == order) return true;
        }

        return false;
    }

    public static Outcome<CellEvent> Decide(Cell cell, CellCommand command, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(cell);
        switch (command)
        {
            case CellCommand.Make make:
                var made = new CellEvent[make.Times];
                for (var i = 0; i < made.Length; i++) made[i] = new CellEvent(CellEventKind.Made, make.Order, i + 1, made.Length, default, false);
                return new Outcome<CellEvent>.Accepted(made);
            case CellCommand.Remind when cell.Reminders.Length == MaxReminders:
                return new Outcome<CellEvent>.Refused("TOO_MANY", "A cell keeps three reminders.");
            case CellCommand.Remind remind:
                return Accept(new CellEvent(CellEventKind.ReminderSet, remind.Order, 1, 1, now + remind.In, remind.Durable));
            case CellCommand.Forget forget when cell.Reminders.Length > 0:
                return Accept(new CellEvent(CellEventKind.RemindersForgotten, forget.Order, 1, 1, default, false));
            case CellCommand.Remember remember:
                return Accept(new CellEvent(CellEventKind.Remembered, remember.Order, 1, 1, now, false));
            case CellCommand.Overfill:
                return new Outcome<CellEvent>.Refused("FULL", "The cell is full.");
            case CellCommand.Jam:
                throw new InvalidOperationException("jammed");
            default:
                return Outcome<CellEvent>.Nothing.Instance;
        }
    }

    public static Cell Apply(Cell cell, CellEvent recorded)
    {
        ArgumentNullException.ThrowIfNull(cell);
        ArgumentNullException.ThrowIfNull(recorded);
        var reminders = recorded.Kind switch
        {
            CellEventKind.ReminderSet => cell.Reminders.Add(new Reminder(recorded.Order, recorded.Due, recorded.Durable)),
            CellEventKind.RemindersForgotten => [],
            CellEventKind.Remembered => cell.Reminders.RemoveAll(reminder => reminder.Order == recorded.Order),
            _ => cell.Reminders,
        };
        unchecked
        {
            var content = ((ulong)recorded.Kind << 56) ^ ((ulong)recorded.Order << 16) ^ ((ulong)recorded.Part << 8) ^ (ulong)recorded.Of ^ ((ulong)recorded.Due.UtcTicks << 3);
            return new Cell(cell.Seq + 1, Dice.Mix(cell.Chain ^ Dice.Mix(content)), reminders);
        }
    }

    private static ReadOnlyMemory<byte> Encode(Cell cell)
    {
        var bytes = new byte[16 + (ReminderSize * cell.Reminders.Length)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, cell.Seq);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), cell.Chain);
        var rest = bytes.AsSpan(16);
        foreach (var reminder in cell.Reminders)
        {
            BinaryPrimitives.WriteInt64LittleEndian(rest, reminder.Due.UtcTicks);
            BinaryPrimitives.WriteInt32LittleEndian(rest[8..], reminder.Order);
            rest[12] = reminder.Durable ? (byte)1 : (byte)0;
            rest = rest[ReminderSize..];
        }

        return bytes;
    }

    private static Cell Decode(ReadOnlyMemory<byte> payload)
    {
        var bytes = payload.Span;
        var reminders = ImmutableArray.CreateBuilder<Reminder>();
        for (var rest = bytes[16..]; rest.Length > 0; rest = rest[ReminderSize..])
            reminders.Add(new Reminder(BinaryPrimitives.ReadInt32LittleEndian(rest[8..]), new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(rest), TimeSpan.Zero), rest[12] == 1));
        return new Cell(BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), reminders.ToImmutable());
    }

    private static Outcome<CellEvent> Accept(CellEvent recorded) => new Outcome<CellEvent>.Accepted([recorded]);
}

/// <param name="Order">The order that has set it.</param>
public readonly record struct Reminder(int Order, DateTimeOffset Due, bool Durable)
{
    public string Key => Order.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
