using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Kpis;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Stops;
using DigitalTwin.Host.Twins;
using DigitalTwin.Host.Twins.Stops;

namespace DigitalTwin.Host.Api;

/// <param name="Station">The station that was reckoned: of a line its constraint station.</param>
/// <param name="TaktSeconds">Planned time per item (PRI).</param>
public sealed record KpisView(string Id, string Kind, string Station, string By, OeeDefinition Definition, double TaktSeconds, IReadOnlyList<KpiView> Items, string? Next);

/// <summary>The figures of one period. Ratios are from 0, not percentages; null where there is nothing to divide by.</summary>
/// <param name="To">End of the period; beyond now while it is open.</param>
/// <param name="Open">It goes on.</param>
/// <param name="ShiftSeconds">Time of the shifts so far, breaks included: without the breaks it is planned busy time and planned stops.</param>
/// <param name="StatedAt">When its figures were final; null: they are not yet.</param>
/// <param name="RestatedAt">When they have changed after that for the last time; null: they have not.</param>
/// <param name="Before">The figures as they were stated, where they have changed since.</param>
/// <param name="Restatements">What has changed them, the oldest first.</param>
public sealed record KpiView(
    DateTimeOffset From, DateTimeOffset To, string Label, bool Open,
    double? Oee, double? Availability, double? Effectiveness, double? Quality,
    double ShiftSeconds, double PlannedBusySeconds, double ActualProductionSeconds, double PlannedStopSeconds, double NotObservedSeconds,
    long Produced, long Good, long Scrap, double? ScrapRatio, double? FirstTimeThrough,
    double? JobsPerHour, double JobsPerHourPlanned, double TaktSeconds, double? ActualTaktSeconds, IReadOnlyList<StopSumView> Stops,
    DateTimeOffset? StatedAt, DateTimeOffset? RestatedAt, KpiView? Before, IReadOnlyList<Restatement> Restatements);

public sealed record StopSumView(string Reason, string Name, StopCategory Category, double Seconds, int Count);

/// <summary>Key figures by shift, day and week, as they are now and as they were stated; as JSON or as a table of comma-separated values.</summary>
public static class KpiEndpoints
{
    private const string Csv = "text/csv";

    public static void MapKpis(this IEndpointRouteBuilder api) =>
        api.MapGet("/kpis", Get).WithName("kpis").WithSummary("OEE, jobs per hour against takt, first-time-through, scrap and stop reasons of a station or line, by shift, day or week")
            .WithDescription("scope: a station or line. by: shift, day or week. from, to: the last day, week or four weeks where they are missing; periods are given whole. format=csv, or Accept: text/csv.")
            .Produces<KpisView>().Produces<string>(StatusCodes.Status200OK, Csv).ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static IResult Get(
        HttpRequest request, PlantDefinition plant, KpiReader kpis, PlantTime plantTime,
        string? scope = null, string? by = null, string? from = null, string? to = null, string? format = null)
    {
        var asked = new Asked();
        asked.Require(!string.IsNullOrEmpty(scope), "scope is missing: the id of a station or line.");
        asked.OneOf("by", by, "shift", "day", "week");
        asked.OneOf("format", format, "json", "csv");
        ReportingGrain grain = by switch { "week" => ReportingGrain.Week, "day" => ReportingGrain.Day, _ => ReportingGrain.Shift };
        DateTimeOffset now = plantTime.GetUtcNow();
        DateTimeOffset end = asked.Time("to", to) is { } until && until < now ? until : now;
        DateTimeOffset start = asked.Time("from", from) ?? end.AddDays(grain switch { ReportingGrain.Week => -28, ReportingGrain.Day => -7, _ => -1 });
        asked.RequireWindow(start, end);
        if (!asked.IsValid)
            return asked.Problem;
        LineDefinition? line = plant.Lines.FirstOrDefault(candidate => candidate.Id == scope);
        if (plant.Stations.FirstOrDefault(candidate => candidate.Id == (line?.ConstraintStation ?? scope)) is not { } station)
            return Problems.NotFound($"There is no station or line '{scope}'; key figures are worked out for those. 'twin ls --kind station' lists them.");
        KpiView[] items = [.. kpis.Of(station, grain, new Period(start, end)).Select(period => View(period, station, now))];
        return format == "csv" || (format is null && request.GetTypedHeaders().Accept is [{ MediaType.Value: Csv }, ..])
            ? TypedResults.Text(KpiTable.Write(scope!, items), $"{Csv}; charset=utf-8")
            : TypedResults.Ok(new KpisView(
                scope!, line is null ? "station" : "line", station.Id, grain.ToString().ToLowerInvariant(), line is null ? OeeDefinition.WorkUnit : OeeDefinition.Line,
                station.PlannedRunTimePerItem.TotalSeconds, items, null));
    }

    private static KpiView View(ReportedPeriod period, StationDefinition station, DateTimeOffset now)
    {
        KpiView current = View(period, period.Now, station, now);
        return period.AsStated is not { } stated ? current : current with
        {
            RestatedAt = period.Restatements.Max(restated => restated.At),
            Before = View(period, stated, station, now),
            Restatements = period.Restatements,
        };
    }

    private static KpiView View(ReportedPeriod period, Figures figures, StationDefinition station, DateTimeOffset now) => new(
        period.Counted.From, period.Period.Time.To, period.Period.Label, now < period.Period.Time.To,
        figures.Oee, figures.Availability, figures.Effectiveness, figures.QualityRatio,
        period.ShiftMs / 1000.0, figures.PlannedBusyMs / 1000.0, figures.ActualProductionMs / 1000.0, figures.PlannedStopMs / 1000.0, figures.NotObservedMs / 1000.0,
        figures.Produced, figures.Good, figures.Scrap, figures.ScrapRatio, figures.FirstTimeThrough,
        figures.JobsPerHour, TimeSpan.FromHours(1) / station.PlannedRunTimePerItem, station.PlannedRunTimePerItem.TotalSeconds, figures.ActualTaktMs / 1000,
        [.. figures.Stops.OrderByDescending(sum => sum.Ms).Select(sum => new StopSumView(sum.Reason.Code, sum.Reason.Name, sum.Reason.Category, sum.Ms / 1000.0, sum.Count))],
        period.StatedAt, null, null, []);
}
