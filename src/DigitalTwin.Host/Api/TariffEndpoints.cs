using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Energy;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Host.Twins;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DigitalTwin.Host.Api;

/// <param name="Now">Plant time.</param>
/// <param name="Current">What holds now, from its start to its end.</param>
/// <param name="PeakLimitKw">Highest mean power of a quarter of an hour that the contract allows; null: none is agreed.</param>
/// <param name="PeakPricePerKw">For the highest quarter of an hour of the contract's period.</param>
/// <param name="Spans">All of the window in order, without gaps.</param>
public sealed record TariffView(string Currency, DateTimeOffset Now, PriceView Current, double? PeakLimitKw, double? PeakPricePerKw, IReadOnlyList<PriceView> Spans);

/// <param name="Window">Name of the tariff's window; null outside of all.</param>
public sealed record PriceView(DateTimeOffset From, DateTimeOffset To, string? Window, double PricePerKwh);

/// <summary>What electric energy costs, when.</summary>
public static class TariffEndpoints
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    public static void MapTariff(this IEndpointRouteBuilder api) =>
        api.MapGet("/tariff", Get).WithName("tariff").WithSummary("Price of electric energy now and over a window of plant time, and the agreed peak")
            .WithDescription("from, to: the 24 hours from now on where they are missing. 404 where the plant definition has no tariff.");

    private static Results<Ok<TariffView>, ProblemHttpResult> Get(PlantDefinition plant, PlantTime plantTime, string? from = null, string? to = null)
    {
        var asked = new Asked();
        DateTimeOffset now = plantTime.GetUtcNow();
        DateTimeOffset start = asked.Time("from", from) ?? now;
        DateTimeOffset end = asked.Time("to", to) ?? start.AddDays(1);
        asked.Require(start < end && end - start <= Longest, $"from has to lie before to, by {Longest.TotalDays:0} days at most.");
        if (!asked.IsValid)
            return asked.Problem;
        if (plant.Tariff is not { } definition)
            return Problems.NotFound("The plant definition has no tariff. Add the member tariff to the plant file; docs/schemas/plant.schema.json says how.");
        var tariff = new Tariff(plant.TimeZone, definition);
        return TypedResults.Ok(new TariffView(
            definition.Currency, now, View(tariff.At(now)), definition.PeakLimitKw, definition.PeakPricePerKw, [.. tariff.Spans(new Period(start, end)).Select(View)]));
    }

    private static PriceView View(PriceSpan span) => new(span.Time.From, span.Time.To, span.Window, span.PricePerKwh);
}
