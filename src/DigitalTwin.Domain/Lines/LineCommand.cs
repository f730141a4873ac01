using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;

namespace DigitalTwin.Domain.Lines;

/// <summary>What a line is told, besides the <see cref="UnitCommand"/>s on its own signals.</summary>
public abstract record LineCommand : UnitCommand
{
    private LineCommand() { }

    /// <summary>Which stations the line has. Sent at every start; the same again changes nothing.</summary>
    /// <param name="Stations">Ids in the order of flow.</param>
    /// <param name="ConstraintStation">Id of the station whose state and OEE stand for the line's.</param>
    public sealed record Configure(IReadOnlyList<string> Stations, string ConstraintStation) : LineCommand;

    /// <summary>How a station stands after it has recorded something.</summary>
    /// <param name="Revision">Sequence number of the station's last event: an older report than the one known is late.</param>
    /// <param name="At">Plant time of the station's last event.</param>
    public sealed record ReportStation(
        string Station, long Revision, PackmlState State, string Vehicle, long Produced, long Good, long Scrap, DateTimeOffset At) : LineCommand
    {
        public static ReportStation Of(string station, long revision, UnitState state, DateTimeOffset at) => new(
            station, revision, state.State, state.Vehicle,
            state.Total(SignalRole.ProducedCount), state.Total(SignalRole.GoodCount), state.Total(SignalRole.ScrapCount), at);
    }
}
