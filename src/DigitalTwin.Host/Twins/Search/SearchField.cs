namespace DigitalTwin.Host.Twins.Search;

public enum SearchType { Text, Id, Number, Time, Any }

/// <summary>Something of a twin that can be searched for.</summary>
/// <param name="Name"><c>state</c>; of a signal or setpoint with its name: <c>reported.vibration</c>.</param>
public sealed record SearchField(string Name, SearchType Type)
{
    private static readonly SearchField[] Plain =
    [
        new("id", SearchType.Id), new("kind", SearchType.Text), new("name", SearchType.Text), new("parent", SearchType.Id), new("area", SearchType.Id),
        new("line", SearchType.Id), new("station", SearchType.Id), new("state", SearchType.Text), new("since", SearchType.Time), new("mode", SearchType.Text),
        new("fault", SearchType.Number), new("vehicle", SearchType.Text), new("flags", SearchType.Text), new("produced", SearchType.Number),
        new("good", SearchType.Number), new("scrap", SearchType.Number),
    ];

    private static readonly (string Prefix, SearchType Type)[] Named = [("reported.", SearchType.Any), ("desired.", SearchType.Any), ("quality.", SearchType.Text)];

    public static string Known { get; } = string.Join(", ", Plain.Select(field => field.Name).Concat(Named.Select(named => $"{named.Prefix}NAME")));

    /// <summary>The name behind a prefix such as <c>reported.</c>; null for a field of another kind.</summary>
    public string? NameAfter(string prefix) => Name.StartsWith(prefix, StringComparison.Ordinal) ? Name[prefix.Length..] : null;

    /// <returns>Null where there is no such field.</returns>
    public static SearchField? Find(string name)
    {
        foreach ((string prefix, SearchType type) in Named)
        {
            if (name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                return new SearchField(prefix + name[prefix.Length..], type);
        }

        return Array.Find(Plain, field => string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase));
    }
}
