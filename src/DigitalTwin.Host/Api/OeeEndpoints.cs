using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Kpis;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Stops;
using DigitalTwin.Host.Twins;
using DigitalTwin.Host.Twins.Stops;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DigitalTwin.Host.Api;

/// <param name="Shift">The shift that the window lies in; null where it spans several or none.</param>
/// <param name="ConstraintStation">The station whose OEE this is, where a line was asked for.</param>
public sealed record OeeView(
    string Id, string Kind, DateTimeOffset From, DateTimeOffset To, ShiftView? Shift, OeeDefinition Definition, OeeRatios Ratios,
    OeeQuantities Quantities, OeeTimes Times, IReadOnlyList<OeeStep> Steps, string? ConstraintStation);

/// <summary>OEE and the losses behind it, of a station or a line, worked out from what was recorded.</summary>
public static class OeeEndpoints
{
    public static void MapOee(this IEndpointRouteBuilder api) =>
        api.MapGet("/oee/{id}/losses", Get).WithName("oeeLosses").WithSummary("OEE by ISO 22400-2 with its loss times; the running shift unless a window is given");

    private static Results<Ok<OeeView>, ProblemHttpResult> Get(
        PlantDefinition plant, ShiftCalendar calendar, UnitHistory history, StopReader stops, PlantTime plantTime, string id, string? from = null, string? to = null)
    {
        DateTimeOffset now = plantTime.GetUtcNow();
        var asked = new Asked();
        DateTimeOffset end = asked.Time("to", to) is { } until && until < now ? until : now;
        LineDefinition? line = plant.Lines.FirstOrDefault(candidate => candidate.Id == id);
        string stationId = line?.ConstraintStation ?? id;
        if (plant.Stations.FirstOrDefault(candidate => candidate.Id == stationId) is not { } station)
            return Problems.NotFound($"There is no station or line '{id}'; OEE is worked out for those. 'twin ls --kind station' lists them.");
        DateTimeOffset start = asked.Time("from", from) ?? RunningShift(calendar, history.FirstSeen(stationId), end);
        asked.RequireWindow(start, end);
        if (!asked.IsValid)
            return asked.Problem;

        var window = new Period(start, end);
        IEnumerable<Period> planned = stops.In(stationId, window).Stops.Where(stop => stop.Reason.Category == StopCategory.Planned).Select(stop => stop.Time);
        OeeResult result = Oee.Of(history.Of(stationId, window), calendar.PlannedBusy(window), station.PlannedRunTimePerItem, planned);
        ShiftOccurrence? shift = calendar.At(start) is { } running && end <= running.Time.To ? running : null;
        return TypedResults.Ok(new OeeView(
            id, line is null ? "station" : "line", start, end, shift is null ? null : PlantEndpoints.View(shift), line is null ? result.Definition : OeeDefinition.Line,
            result.Ratios, result.Quantities, result.Times, result.Steps, line?.ConstraintStation));
    }

    /// <returns>
    /// Start of the shift that runs until <paramref name="end"/>; or the moment at which the station's state was first seen, if that was later: time from before there was
    /// a twin is nobody's loss. Between shifts, when nothing is planned: an hour ago.
    /// </returns>
    private static DateTimeOffset RunningShift(ShiftCalendar calendar, DateTimeOffset? firstSeen, DateTimeOffset end)
    {
        // The moment before: where shifts touch, the end of one belongs to the next.
        DateTimeOffset start = calendar.At(end.AddTicks(-1))?.Time.From ?? end.AddHours(-1);
        return firstSeen is { } seen && seen > start && seen < end ? seen : start;
    }
}
