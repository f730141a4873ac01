using System.Text.Json.Serialization;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Domain.Units;

/// <summary>What a unit has recorded. Journalled: fields are added, never renamed or reused.</summary>
public abstract record UnitEvent
{
    private protected UnitEvent(DateTimeOffset at) => At = at;

    /// <summary>Plant time: the source time where equipment reported it, the time of the decision otherwise.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>What one signal showed. An observation of the same signal that is not newer is late, or here for the second time.</summary>
    public abstract record Observed : UnitEvent
    {
        private protected Observed(string signal, DateTimeOffset at) : base(at) => Signal = signal;

        public string Signal { get; init; }

        /// <summary>Of the sample that showed it; 0 where the journal is older than this field.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public ulong Sequence { get; init; }
    }

    /// <summary>The equipment reports another state; or, after a gap, its first state, which may be the one before.</summary>
    /// <param name="Legal">False where ISA-TR88.00.02 does not know the transition. True where it cannot be judged.</param>
    /// <param name="AfterGap">What happened in between was not seen, so the transition is not judged.</param>
    public sealed record StateChanged(string Signal, PackmlState From, PackmlState To, DateTimeOffset At, bool Legal, bool AfterGap) : Observed(Signal, At);

    public sealed record ModeChanged(string Signal, UnitMode From, UnitMode To, DateTimeOffset At) : Observed(Signal, At);

    public sealed record FaultRaised(string Signal, long Code, DateTimeOffset At) : Observed(Signal, At);
    public sealed record FaultCleared(string Signal, long Code, DateTimeOffset At) : Observed(Signal, At);

    public sealed record VehicleEntered(string Signal, string Vehicle, DateTimeOffset At) : Observed(Signal, At);
    public sealed record VehicleLeft(string Signal, string Vehicle, DateTimeOffset At) : Observed(Signal, At);

    /// <summary>The first value of a counter: its total starts there, and nothing was made by it.</summary>
    public sealed record CounterStarted(string Signal, SignalRole Counter, long Reported, DateTimeOffset At) : Observed(Signal, At);

    /// <param name="Added">Items since the value before; more than one where values were not seen.</param>
    /// <param name="Reported">What the counter shows.</param>
    /// <param name="Total">Cumulative, also across resets.</param>
    /// <param name="Vehicle">Whom the item belongs to; null where that cannot be told.</param>
    public sealed record Counted(
        string Signal, SignalRole Counter, long Added, long Reported, long Total, string? Vehicle, DateTimeOffset At) : Observed(Signal, At);

    /// <summary>The counter went down: it starts again from zero, its total goes on.</summary>
    /// <param name="Before">The last value it showed.</param>
    public sealed record CounterReset(string Signal, SignalRole Counter, long Before, DateTimeOffset At) : Observed(Signal, At);

    public sealed record SetpointReported(string Signal, double Value, DateTimeOffset At) : Observed(Signal, At);

    /// <summary>A signal that the twin lives on has no value to go by: time counts as not observed until it recovers.</summary>
    /// <param name="Doubtful">Its quality is Uncertain; false: it is Bad.</param>
    public sealed record SignalLost(
        string Signal, SignalRole Role, DateTimeOffset At,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Doubtful = false) : Observed(Signal, At);

    public sealed record SignalRecovered(string Signal, SignalRole Role, DateTimeOffset At) : Observed(Signal, At);

    /// <summary>A signal's clock was set back. What was recorded of it for times after <paramref name="At"/> is of a time line that has ended.</summary>
    /// <param name="Before">Source time of the newest observation before.</param>
    public sealed record ClockSetBack(string Signal, SignalRole Role, DateTimeOffset Before, DateTimeOffset At) : Observed(Signal, At);

    /// <param name="StateUnseen">The signal of the unit's state is among <paramref name="Signals"/>.</param>
    public sealed record GapObserved(DateTimeOffset From, DateTimeOffset To, string Reason, IReadOnlyList<string> Signals, bool StateUnseen) : UnitEvent(To);

    public sealed record DesiredChanged(string Name, double Value, string By, DateTimeOffset At) : UnitEvent(At);
}
