using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Domain.Contexts;

/// <summary>Where the context of a place comes from: for each role of context the signal of the place itself, or of the nearest place above it.</summary>
/// <param name="Station">Owner of the vehicle's signal; the place itself where there is none.</param>
public sealed record ContextSources(string Station, string? Line, SignalDefinition? Vehicle, SignalDefinition? Order, SignalDefinition? Variant, SignalDefinition? Operator)
{
    public IEnumerable<SignalDefinition> Signals => new[] { Vehicle, Order, Variant, Operator }.OfType<SignalDefinition>();

    public static bool IsContext(SignalRole role) => role is SignalRole.Vehicle or SignalRole.Order or SignalRole.Variant or SignalRole.Operator;

    /// <param name="place">Id of a line, station or machine.</param>
    public static ContextSources Of(PlantDefinition plant, string place)
    {
        var known = plant.Signals.Where(signal => IsContext(signal.Role)).ToDictionary(signal => (signal.Owner, signal.Role));
        var vehicle = Nearest(SignalRole.Vehicle);
        return new(
            vehicle?.Owner ?? place, plant.Lines.FirstOrDefault(line => Upwards(place).Contains(line.Id))?.Id,
            vehicle, Nearest(SignalRole.Order), Nearest(SignalRole.Variant), Nearest(SignalRole.Operator));

        SignalDefinition? Nearest(SignalRole role) => Upwards(place).Select(owner => known.GetValueOrDefault((owner, role))).FirstOrDefault(found => found is not null);
    }

    /// <summary>A place and those that it is part of: an id is the path.</summary>
    private static IEnumerable<string> Upwards(string place)
    {
        for (; place.Length > 0; place = place.LastIndexOf('.') is > 0 and var dot ? place[..dot] : "") yield return place;
    }
}
