using System.Buffers.Binary;
using DigitalTwin.Actors.Entities;

namespace DigitalTwin.Actors.Simulation.Cells;

public abstract record CellCommand
{
    public const string MakeName = "cell.make.v1";
    public const string JamName = "cell.jam.v1";

    private CellCommand(int order) => Order = order;

    /// <summary>Tells all commands of a run apart, in the journal and among the dead letters.</summary>
    public int Order { get; }

    public sealed record Make(int Order, int Times) : CellCommand(Order);

    public sealed record Remind(int Order, TimeSpan In, bool Durable) : CellCommand(Order);

    public sealed record Forget(int Order) : CellCommand(Order);

    /// <summary>A timer's; the order is the one that has set the reminder.</summary>
    public sealed record Remember(int Order) : CellCommand(Order);

    /// <summary>Answered with the state, records nothing.</summary>
    public sealed record Look(int Order) : CellCommand(Order);

    /// <summary>Refused.</summary>
    public sealed record Overfill(int Order) : CellCommand(Order);

    /// <summary>The decider throws.</summary>
    public sealed record Jam(int Order) : CellCommand(Order);

    public static EncodedCommand Encode(CellCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        var (name, argument, durable) = command switch
        {
            Make make => (MakeName, make.Times, false),
            Remind remind => ("cell.remind.v1", remind.In.Ticks, remind.Durable),
            Forget => ("cell.forget.v1", 0, false),
            Remember => ("cell.remember.v1", 0, false),
            Look => ("cell.look.v1", 0, false),
            Overfill => ("cell.overfill.v1", 0, false),
            Jam => (JamName, 0L, false),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
        var bytes = new byte[13];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, command.Order);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(4), argument);
        bytes[12] = durable ? (byte)1 : (byte)0;
        return new EncodedCommand(name, bytes);
    }

    public static CellCommand Decode(string name, ReadOnlyMemory<byte> payload)
    {
        var order = OrderOf(payload.Span);
        var argument = BinaryPrimitives.ReadInt64LittleEndian(payload.Span[4..]);
        return name switch
        {
            MakeName => new Make(order, (int)argument),
            "cell.remind.v1" => new Remind(order, TimeSpan.FromTicks(argument), payload.Span[12] == 1),
            "cell.forget.v1" => new Forget(order),
            "cell.remember.v1" => new Remember(order),
            "cell.look.v1" => new Look(order),
            "cell.overfill.v1" => new Overfill(order),
            JamName => new Jam(order),
            _ => throw new UnreadableEventException($"the command {name} is not known"),
        };
    }

    /// <summary>Of an encoded command.</summary>
    public static int OrderOf(ReadOnlySpan<byte> payload) => BinaryPrimitives.ReadInt32LittleEndian(payload);
}
