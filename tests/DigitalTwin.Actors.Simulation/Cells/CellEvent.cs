using System.Buffers.Binary;
using DigitalTwin.Actors.Entities;

namespace DigitalTwin.Actors.Simulation.Cells;

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
