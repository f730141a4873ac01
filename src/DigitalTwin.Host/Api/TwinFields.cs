using DigitalTwin.Host.Twins.Search;

namespace DigitalTwin.Host.Api;

/// <summary>A twin as single values by name: what a search looks at, and what two moments are compared by.</summary>
public static class TwinFields
{
    /// <param name="ancestorOf">Id of the place of a kind that a twin is in or is; null where there is none.</param>
    public static IReadOnlyList<object> ValuesOf(this TwinView twin, SearchField field, Func<TwinView, string, string?> ancestorOf) => field.Name switch
    {
        "id" => [twin.Id],
        "kind" => [twin.Kind],
        "name" => [twin.Name],
        "parent" => One(twin.Parent),
        "area" or "line" or "station" => One(ancestorOf(twin, field.Name)),
        "state" => One(twin.State),
        "since" => One(twin.StateSince),
        "mode" => One(twin.Mode),
        "fault" => One((double?)twin.Fault),
        "vehicle" => One(twin.CurrentVehicle),
        "flags" => twin.Flags,
        "produced" => One((double?)twin.Counts?.Produced),
        "good" => One((double?)twin.Counts?.Good),
        "scrap" => One((double?)twin.Counts?.Scrap),
        _ when field.NameAfter("reported.") is { } signal => One(twin.Reported.GetValueOrDefault(signal)?.V),
        _ when field.NameAfter("quality.") is { } signal => One(twin.Reported.GetValueOrDefault(signal)?.Q),
        _ when field.NameAfter("desired.") is { } setpoint => One(twin.Desired.GetValueOrDefault(setpoint)?.V),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>All that the journal says of a twin, in the order in which it is shown; what it has not is left out.</summary>
    /// <param name="isSetpoint">Whether a signal reports a setpoint: what the others report is in a field of its own, or not in the journal.</param>
    public static IEnumerable<KeyValuePair<string, object>> Recorded(this TwinView twin, Func<string, bool> isSetpoint)
    {
        IEnumerable<(string Name, object? Value)> plain =
        [
            ("state", twin.State), ("since", twin.StateSince), ("mode", twin.Mode), ("fault", twin.Fault), ("flags", twin.Flags.Count == 0 ? null : string.Join(' ', twin.Flags)),
            ("vehicle", twin.CurrentVehicle), ("station", twin.Station), ("produced", twin.Counts?.Produced), ("good", twin.Counts?.Good), ("scrap", twin.Counts?.Scrap),
        ];
        return plain
            .Concat(twin.Reported.Where(reported => isSetpoint(reported.Key)).Select(reported => (Name: $"reported.{reported.Key}", Value: reported.Value.V)))
            .Concat(twin.Desired.Select(desired => (Name: $"desired.{desired.Key}", Value: (object?)desired.Value.V)))
            .Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Name, field.Value!));
    }

    private static IReadOnlyList<object> One(object? value) => value is null ? [] : [value];
}
