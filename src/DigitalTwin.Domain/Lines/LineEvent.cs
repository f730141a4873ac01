using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Units;

namespace DigitalTwin.Domain.Lines;

/// <summary>What a line has recorded, besides the <see cref="UnitEvent"/>s of its own signals. Journalled: fields are added, never renamed or reused.</summary>
public abstract record LineEvent : UnitEvent
{
    private LineEvent(DateTimeOffset at) : base(at) { }

    public sealed record LineConfigured(IReadOnlyList<string> Stations, string ConstraintStation, DateTimeOffset At) : LineEvent(At);

    /// <summary>A station's report that changed what the line knows of it.</summary>
    public sealed record StationReported(
        string Station, long Revision, PackmlState State, string Vehicle, long Produced, long Good, long Scrap, DateTimeOffset At) : LineEvent(At);

    /// <param name="Rule">Name and version of the rule that says so.</param>
    public sealed record SummaryChanged(PackmlState From, PackmlState To, string Rule, DateTimeOffset At) : LineEvent(At);

    /// <summary>A vehicle was seen in the line for the first time.</summary>
    public sealed record VehicleJoined(string Vehicle, string Station, DateTimeOffset At) : LineEvent(At);

    /// <summary>A vehicle is no longer in the line.</summary>
    /// <param name="Passed">It was not seen leaving: a vehicle that joined later left the last station before it (removed as scrap, or missed).</param>
    public sealed record VehicleDeparted(string Vehicle, bool Passed, DateTimeOffset At) : LineEvent(At);
}
