using DigitalTwin.Domain.Plant;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DigitalTwin.Host.Api;

/// <summary>A signal as the plant definition has it: what its values mean, not what they are.</summary>
/// <param name="Owner">The twin that it belongs to.</param>
/// <param name="Low">Lower end of the engineering range.</param>
/// <param name="PeriodSeconds">How often the equipment refreshes it, in plant time.</param>
/// <param name="Texts">What the numbers of an enumeration mean, by number.</param>
public sealed record SignalView(
    string Id, string Owner, string Name, SignalRole Role, SignalType Type, SignalClass Class, string? Unit, double? Low, double? High, double PeriodSeconds, IReadOnlyDictionary<string, string> Texts);

public static class SignalEndpoints
{
    public static void MapSignals(this IEndpointRouteBuilder api) =>
        api.MapGet("/signals", List).WithName("signals").WithSummary("Signals of a twin and of what lies below it, as the plant definition has them: unit, range, period, texts of enumerations")
            .WithDescription("scope: id of a place; the whole plant where it is missing.");

    private static Results<Ok<Page<SignalView>>, ProblemHttpResult> List(PlantDefinition plant, TwinDirectory twins, string? scope = null) =>
        scope is null || twins.IsPlace(scope)
            ? TypedResults.Ok(new Page<SignalView>([.. plant.Signals.Where(signal => scope is null || TwinDirectory.IsBelow(signal.Id, scope)).Select(signal => new SignalView(
                signal.Id, signal.Owner, signal.Name, signal.Role, signal.Type, signal.Class, signal.Unit, signal.Low, signal.High, signal.Period.TotalSeconds, signal.Texts))], null))
            : Problems.NotFound($"There is no place '{scope}'; /api/v1/twins lists all.");
}
