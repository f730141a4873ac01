using System.Text.Json;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Timers;

namespace DigitalTwin.Actors.Tests;

/// <summary>A press as the tests' example of a decider: it counts strokes, wants lubrication in time, and can be made to fail.</summary>
public sealed record Press(long Strokes, long Parts, DateTimeOffset? LubricateAt)
{
    public static readonly EntityBehavior<Press, PressCommand, PressEvent> Behavior =
        new("press", _ => new Press(0, 0, null), Decide, Apply, Encode, Decode)
        {
            Timers = press => press.LubricateAt is { } due ? [new EntityTimer<PressCommand>("lubricate", due, new PressCommand.Lubricate()) { Durable = true }] : [],
            CommandCodec = new(EncodeCommand, DecodeCommand),
            SnapshotCodec = new("press.state.v1", press => JsonSerializer.SerializeToUtf8Bytes(press), bytes => JsonSerializer.Deserialize<Press>(bytes.Span)!),
        };

    public static Outcome<PressEvent> Decide(Press press, PressCommand command, DateTimeOffset now) => command switch
    {
        PressCommand.Stroke { Parts: < 0 } => new Outcome<PressEvent>.Refused("NEGATIVE", "A stroke cannot take parts back."),
        PressCommand.Stroke { Parts: 0 } => Outcome<PressEvent>.Nothing.Instance,
        PressCommand.Stroke stroke => Accept(Enumerable.Range(0, stroke.Times).Select(_ => (PressEvent)new PressEvent.Stroked(stroke.Parts, stroke.Order)).ToArray()),
        PressCommand.PlanLubrication plan => Accept(new PressEvent.LubricationPlanned(now + plan.In)),
        PressCommand.CancelLubrication => Accept(new PressEvent.LubricationCancelled()),
        PressCommand.Lubricate when press.LubricateAt is null => Outcome<PressEvent>.Nothing.Instance,
        PressCommand.Lubricate => Accept(new PressEvent.Lubricated()),
        PressCommand.Jam => throw new InvalidOperationException("jammed"),
        PressCommand.BreakTool => Accept(new PressEvent.ToolBroke()),
        _ => throw new ArgumentOutOfRangeException(nameof(command)),
    };

    public static Press Apply(Press press, PressEvent recorded) => recorded switch
    {
        PressEvent.Stroked stroked => press with { Strokes = press.Strokes + 1, Parts = press.Parts + stroked.Parts },
        PressEvent.LubricationPlanned planned => press with { LubricateAt = planned.Due },
        PressEvent.LubricationCancelled or PressEvent.Lubricated => press with { LubricateAt = null },
        PressEvent.ToolBroke => throw new InvalidOperationException("the tool is broken"),
        _ => throw new ArgumentOutOfRangeException(nameof(recorded)),
    };

    public static EncodedEvent Encode(PressEvent recorded) => recorded switch
    {
        PressEvent.Stroked stroked => new("press.stroked.v1", JsonSerializer.SerializeToUtf8Bytes(stroked)),
        PressEvent.LubricationPlanned planned => new("press.lubrication-planned.v1", JsonSerializer.SerializeToUtf8Bytes(planned)),
        PressEvent.LubricationCancelled => new("press.lubrication-cancelled.v1", "{}"u8.ToArray()),
        PressEvent.Lubricated => new("press.lubricated.v1", "{}"u8.ToArray()),
        PressEvent.ToolBroke => new("press.tool-broke.v1", "{}"u8.ToArray()),
        _ => throw new ArgumentOutOfRangeException(nameof(recorded)),
    };

    public static PressEvent Decode(string name, ReadOnlyMemory<byte> payload) => name switch
    {
        "press.stroked.v1" => JsonSerializer.Deserialize<PressEvent.Stroked>(payload.Span)!,
        "press.lubrication-planned.v1" => JsonSerializer.Deserialize<PressEvent.LubricationPlanned>(payload.Span)!,
        "press.lubrication-cancelled.v1" => new PressEvent.LubricationCancelled(),
        "press.lubricated.v1" => new PressEvent.Lubricated(),
        "press.tool-broke.v1" => new PressEvent.ToolBroke(),
        _ => throw new UnreadableEventException($"the event {name} is not known to this version of the program"),
    };

    private static EncodedCommand EncodeCommand(PressCommand command) =>
        new($"press.{command.GetType().Name}.v1", JsonSerializer.SerializeToUtf8Bytes(command, command.GetType()));

    private static PressCommand DecodeCommand(string name, ReadOnlyMemory<byte> payload) => name switch
    {
        "press.Stroke.v1" => JsonSerializer.Deserialize<PressCommand.Stroke>(payload.Span)!,
        "press.Jam.v1" => new PressCommand.Jam(),
        _ => throw new NotSupportedException($"the tests replay no {name}"),
    };

    private static Outcome<PressEvent> Accept(params PressEvent[] events) => new Outcome<PressEvent>.Accepted(events);
}

public abstract record PressCommand
{
    private PressCommand() { }

    /// <param name="Order">Tells the commands of a test apart in the journal.</param>
    public sealed record Stroke(int Parts = 1, int Times = 1, int Order = 0) : PressCommand;

    public sealed record PlanLubrication(TimeSpan In) : PressCommand;

    public sealed record CancelLubrication : PressCommand;

    public sealed record Lubricate : PressCommand;

    /// <summary>The decider throws.</summary>
    public sealed record Jam : PressCommand;

    /// <summary>Its event is recorded and cannot be applied.</summary>
    public sealed record BreakTool : PressCommand;
}

public abstract record PressEvent
{
    private PressEvent() { }

    public sealed record Stroked(int Parts, int Order) : PressEvent;

    public sealed record LubricationPlanned(DateTimeOffset Due) : PressEvent;

    public sealed record LubricationCancelled : PressEvent;

    public sealed record Lubricated : PressEvent;

    public sealed record ToolBroke : PressEvent;
}
