using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Contexts;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Historian;
using DigitalTwin.Host.Twins;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DigitalTwin.Host.Api;

/// <param name="Of">The place, or the vehicle.</param>
public sealed record ContextView(string Of, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<ContextSpanView> Items);

/// <param name="Station">Where the context holds, also for its machines.</param>
/// <param name="Vehicle">Null where none is known to be there: none was, or its read was lost, or nobody has seen it.</param>
/// <param name="Features">With features=true: what the numbers of the station and its machines were in that time.</param>
public sealed record ContextSpanView(
    string Station, DateTimeOffset From, DateTimeOffset To, string? Vehicle, string? Order, string? Variant, string? Operator, string? Shift, IReadOnlyList<FeatureView>? Features)
{
    public static ContextSpanView Of(string station, ContextSpan span) => new(
        station, span.Time.From, span.Time.To, span.Context.Vehicle, span.Context.Order, span.Context.Variant, span.Context.Operator, span.Context.Shift, null);
}

public sealed record FeatureView(string Signal, string? Unit, long Count, double? Min, double? Max, double? Last);

/// <summary>What samples belong to: vehicle, order, variant, operator and shift, by source time.</summary>
public static class ContextEndpoints
{
    private const int MostVisitsWithFeatures = 100;

    public static void MapContext(this IEndpointRouteBuilder api) =>
        api.MapGet("/context", Get).WithName("context").WithSummary("Vehicle, order, variant, operator and shift over plant time")
            .WithDescription("of: a signal, or a line, station or machine; or vehicle: all its stays, with features=true what was measured in them. By default the last hour, of a vehicle the last day.");

    private static async Task<Results<Ok<ContextView>, ProblemHttpResult>> Get(
        ContextHistory contexts, SampleHistory history, LiveValues live, PlantDefinition plant, PlantTime plantTime, CancellationToken cancellation,
        string? of = null, string? vehicle = null, string? from = null, string? to = null, bool features = false)
    {
        var asked = new Asked();
        DateTimeOffset end = asked.Time("to", to) ?? plantTime.GetUtcNow();
        DateTimeOffset start = asked.Time("from", from) ?? end - (vehicle is null ? TimeSpan.FromHours(1) : TimeSpan.FromDays(1));
        asked.RequireWindow(start, end);
        asked.Require(of is null != vehicle is null, "Give either of, a signal or a place, or vehicle.");
        asked.Require(!features || vehicle is not null, "features are those of a vehicle.");
        if (!asked.IsValid)
            return asked.Problem;
        var window = new Period(start, end);
        if (vehicle is not null)
        {
            IReadOnlyList<Visit> visits = await contexts.OfVehicleAsync(vehicle, window, cancellation);
            if (features && visits.Count > MostVisitsWithFeatures)
                return Problems.Invalid($"Vehicle '{vehicle}' has {visits.Count} stays in the window; with features ask for at most {MostVisitsWithFeatures}, in a shorter one.");
            var views = new List<ContextSpanView>();
            foreach (Visit visit in visits)
                views.Add(ContextSpanView.Of(visit.Station, visit.Span) with { Features = features ? await FeaturesAsync(history, plant, visit, cancellation) : null });
            return TypedResults.Ok(new ContextView(vehicle, start, end, views));
        }

        string place = live.Find(of!)?.Signal.Owner ?? of!;
        if (!plant.Lines.Select(line => line.Id).Concat(plant.Stations.Select(station => station.Id)).Concat(plant.Machines.Select(machine => machine.Id)).Contains(place))
            return Problems.NotFound($"There is no signal, line, station or machine '{of}'. 'twin ls' lists the twins; a signal is written TWIN.NAME.");
        return TypedResults.Ok(new ContextView(of!, start, end, await contexts.ViewAsync(place, window, cancellation)));
    }

    private static async Task<IReadOnlyList<FeatureView>> FeaturesAsync(SampleHistory history, PlantDefinition plant, Visit visit, CancellationToken cancellation)
    {
        SignalDefinition[] measured = [.. plant.Signals.Where(signal =>
            signal.Type == SignalType.Number && signal.Role is SignalRole.Measurement or SignalRole.Energy && (signal.Owner == visit.Station || TwinDirectory.IsBelow(signal.Owner, visit.Station)))];
        if (measured.Length == 0)
            return [];
        IReadOnlyList<SignalHistory> found = await history.HistoryAsync([.. measured.Select(signal => signal.Id)], visit.Span.Time.From, visit.Span.Time.To, 1, cancellation);
        return [.. measured.Zip(found).Where(pair => pair.Second.Points.Count > 0).Select(pair => new FeatureView(
            pair.First.Id, pair.First.Unit, pair.Second.Raw, pair.Second.Points.Min(point => point.Min), pair.Second.Points.Max(point => point.Max), pair.Second.Points[^1].Last))];
    }
}
