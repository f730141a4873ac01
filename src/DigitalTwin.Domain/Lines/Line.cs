using System.Diagnostics;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Units;
using static DigitalTwin.Domain.Lines.LineCommand;
using static DigitalTwin.Domain.Lines.LineEvent;

namespace DigitalTwin.Domain.Lines;

/// <summary>The twin of a line: a <see cref="Unit"/> on its own signals, that also knows its stations and the vehicles between them.</summary>
public static class Line
{
    /// <summary>
    /// Version 1: a line is Aborted while one of its stations is aborting, aborted or clearing; otherwise its state is its constraint station's.
    /// </summary>
    public const string SummaryRule = "line-summary/1";

    /// <param name="now">Plant time.</param>
    public static Decision<UnitEvent> Decide(LineState state, UnitCommand command, DateTimeOffset now) => command switch
    {
        Configure configure => Take(state, configure, now),
        ReportStation report => Take(state, report),
        _ => Unit.Decide(state.Own, command, now),
    };

    public static LineState Apply(LineState state, UnitEvent recorded) => recorded switch
    {
        LineConfigured e => state with
        {
            Stations = [.. e.Stations],
            ConstraintStation = e.ConstraintStation,
            Reports = state.Reports.RemoveRange(state.Reports.Keys.Except(e.Stations)),
        },
        StationReported e => state with
        {
            Reports = state.Reports.SetItem(e.Station, new StationReport(e.Revision, e.State, e.Vehicle, e.Produced, e.Good, e.Scrap, e.At)),
        },
        SummaryChanged e => state with { Summary = e.To, SummarySince = e.At },
        VehicleJoined e => state with { Vehicles = state.Vehicles.Add(e.Vehicle) },
        VehicleDeparted e => state with { Vehicles = state.Vehicles.Remove(e.Vehicle) },
        LineEvent => throw new UnreachableException(),
        _ => state with { Own = Unit.Apply(state.Own, recorded) },
    };

    private static Decision<UnitEvent> Take(LineState state, Configure configure, DateTimeOffset now)
    {
        if (!configure.Stations.Contains(configure.ConstraintStation))
            return Decision.Refuse<UnitEvent>("CONSTRAINT_STATION_UNKNOWN", $"{configure.ConstraintStation} is no station of the line.");
        if (state.ConstraintStation == configure.ConstraintStation && state.Stations.SequenceEqual(configure.Stations)) return Decision.Nothing<UnitEvent>();
        return Accept(state, new LineConfigured(configure.Stations, configure.ConstraintStation, now));
    }

    private static Decision<UnitEvent> Take(LineState state, ReportStation report)
    {
        if (!state.Stations.Contains(report.Station)) return Decision.Refuse<UnitEvent>("STATION_UNKNOWN", $"{report.Station} is no station of the line.");
        var before = state.Reports.GetValueOrDefault(report.Station);
        var after = new StationReport(report.Revision, report.State, report.Vehicle, report.Produced, report.Good, report.Scrap, report.At);
        if (before is not null && before.Revision >= report.Revision) return Decision.Nothing<UnitEvent>();                             // late, or here twice
        if (before is not null && before == after with { Revision = before.Revision, At = before.At }) return Decision.Nothing<UnitEvent>();   // of no interest to the line
        return Accept(state,
            new StationReported(report.Station, report.Revision, report.State, report.Vehicle, report.Produced, report.Good, report.Scrap, report.At),
            VehicleChanges(state, report, before?.Vehicle ?? ""));
    }

    /// <summary>Adds what the events mean for the line's own state.</summary>
    private static Decision<UnitEvent> Accept(LineState state, UnitEvent recorded, params IReadOnlyList<UnitEvent> further)
    {
        var summary = Summarise(Apply(state, recorded));
        return Decision.Accept<UnitEvent>([
            recorded, .. further,
            .. summary == state.Summary ? Array.Empty<UnitEvent>() : [new SummaryChanged(state.Summary, summary, SummaryRule, recorded.At)]]);
    }

    private static PackmlState Summarise(LineState state) =>
        state.Reports.Values.Any(report => report.State is PackmlState.Aborting or PackmlState.Aborted or PackmlState.Clearing) ? PackmlState.Aborted
        : state.Reports.TryGetValue(state.ConstraintStation, out var constraint) ? constraint.State
        : PackmlState.Undefined;

    /// <summary>
    /// Vehicles do not overtake each other. So when one has left the last station, those that joined before it and stand in no station are gone too.
    /// </summary>
    private static List<UnitEvent> VehicleChanges(LineState state, ReportStation report, string before)
    {
        List<UnitEvent> events = [];
        if (report.Vehicle == before) return events;
        if (before.Length > 0 && report.Station == state.Stations[^1])
        {
            var elsewhere = state.Reports.Where(other => other.Key != report.Station).Select(other => other.Value.Vehicle).Append(report.Vehicle).ToHashSet();
            events.AddRange(state.Vehicles.Take(state.Vehicles.IndexOf(before) + 1).Where(vehicle => !elsewhere.Contains(vehicle))
                .Select(vehicle => new VehicleDeparted(vehicle, Passed: vehicle != before, report.At)));
        }
        if (report.Vehicle.Length > 0 && !state.Vehicles.Contains(report.Vehicle)) events.Add(new VehicleJoined(report.Vehicle, report.Station, report.At));
        return events;
    }
}
