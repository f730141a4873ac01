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

    public static readonly Cell Empty = new(0, 0, []);

    public static readonly EntityBehavior<Cell, CellCommand, CellEvent> Behavior = new("cell", _ => Empty, Decide, Apply, CellEvent.Encode, CellEvent.Decode)
    {
        Timers = cell => cell.Reminders.Select(reminder => new EntityTimer<CellCommand>(reminder.Key, reminder.Due, new CellCommand.Remember(reminder.Order))),
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

    private static Outcome<CellEvent> Accept(CellEvent recorded) => new Outcome<CellEvent>.Accepted([recorded]);
}

/// <param name="Order">The order that has set it.</param>
public readonly record struct Reminder(int Order, DateTimeOffset Due, bool Durable)
{
    public string Key => Order.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

public abstract record CellCommand
{
    private CellCommand() { }

    /// <param name="Order">Tells all commands of a run apart in the journal.</param>
    public sealed record Make(int Order, int Times) : CellCommand;

    public sealed record Remind(int Order, TimeSpan In, bool Durable) : CellCommand;

    public sealed record Forget(int Order) : CellCommand;

    /// <summary>A timer's.</summary>
    public sealed record Remember(int Order) : CellCommand;

    /// <summary>Answered with the state, records nothing.</summary>
    public sealed record Look : CellCommand;

    /// <summary>Refused.</summary>
    public sealed record Overfill : CellCommand;

    /// <summary>The decider throws.</summary>
    public sealed record Jam(int Order) : CellCommand;
}

public enum CellEventKind
{
    Made = 1,
    ReminderSet,
    RemindersForgotten,
    Remembered,
}

/// <param name="Order">The order whose command it is of; of <see cref="CellEventKind.Remembered"/> the one that set the reminder.</param>
/// <param name="Part">From 1 to <paramref name="Of"/>: a command's events are stored together or not at all.</param>
/// <param name="Due">Plant time: when a reminder is due, or when it was remembered.</param>
public sealed record CellEvent(CellEventKind Kind, int Order, int Part, int Of, DateTimeOffset Due, bool Durable)
{
    private const int Size = 16;

    private static readonly string[] Names = ["", "cell.made.v1", "cell.reminder-set.v1", "cell.reminders-forgotten.v1", "cell.remembered.v1"];

    public static EncodedEvent Encode(CellEvent recorded)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        var bytes = new byte[Size];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, recorded.Order);
        bytes[4] = (byte)recorded.Part;
        bytes[5] = (byte)recorded.Of;
        bytes[6] = recorded.Durable ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), recorded.Due.UtcTicks);
        return new EncodedEvent(Names[(int)recorded.Kind], bytes);
    }

    public static CellEvent Decode(string name, ReadOnlyMemory<byte> payload)
    {
        var bytes = payload.Span;
        return new CellEvent(
            (CellEventKind)Array.IndexOf(Names, name), BinaryPrimitives.ReadInt32LittleEndian(bytes), bytes[4], bytes[5],
            new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]), TimeSpan.Zero), bytes[6] == 1);
    }
}
