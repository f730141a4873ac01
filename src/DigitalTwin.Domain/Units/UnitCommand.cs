using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Domain.Units;

/// <summary>What a unit is told. A line is told the same about itself, and more: <see cref="Lines.LineCommand"/>.</summary>
public abstract record UnitCommand
{
    private protected UnitCommand() { }

    /// <summary>A signal of the unit has a value.</summary>
    /// <param name="Signal">Its name within the unit, e.g. <c>state</c>.</param>
    /// <param name="Number">NaN for a text, or where the source gave no value.</param>
    /// <param name="Sequence">Of the sample: tells apart two values of the same source time.</param>
    /// <param name="PlantNow">The plant's clock as it was announced when the value came; null while it is not.</param>
    public sealed record Observe(
        string Signal, SignalRole Role, double Number, string? Text, Quality Quality, DateTimeOffset SourceTime,
        ulong Sequence = 0, DateTimeOffset? PlantNow = null) : UnitCommand;

    /// <summary>Values of some signals of the unit were not seen.</summary>
    /// <param name="Signals">Their names within the unit; at least one.</param>
    public sealed record ObserveGap(DateTimeOffset From, DateTimeOffset To, string Reason, IReadOnlyList<string> Signals) : UnitCommand;

    /// <summary>A setpoint ought to have this value. It reaches the desired side only: reported follows when the equipment says so.</summary>
    public sealed record Desire(string Name, double Value, string By) : UnitCommand;
}
