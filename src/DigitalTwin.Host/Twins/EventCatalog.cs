using System.Text.Json;
using System.Text.Json.Serialization;
using DigitalTwin.Actors.Entities;

namespace DigitalTwin.Host.Twins;

/// <summary>
/// The stored names of one family of events. A name is a promise to every later version: it is never given to another type,
/// and a type that changes its meaning gets the next version number.
/// </summary>
public sealed class EventCatalog<TEvent> where TEvent : notnull
{
    private static readonly JsonSerializerOptions Stored = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    private readonly Dictionary<string, Type> types;
    private readonly Dictionary<Type, string> names;
    private readonly Func<TEvent, DateTimeOffset> at;

    /// <param name="at">Plant time at which the event happened.</param>
    public EventCatalog(Func<TEvent, DateTimeOffset> at, params IEnumerable<(string Name, Type Type)> entries)
    {
        this.at = at;
        types = entries.ToDictionary(entry => entry.Name, entry => entry.Type);
        names = types.ToDictionary(entry => entry.Value, entry => entry.Key);
    }

    public IReadOnlyCollection<string> Names => types.Keys;

    public EncodedEvent Encode(TEvent happened) =>
        new(names[happened.GetType()], JsonSerializer.SerializeToUtf8Bytes(happened, happened.GetType(), Stored), at(happened));

    /// <exception cref="UnreadableEventException">The name is of a newer version, or the payload is not of its type.</exception>
    public TEvent Decode(string name, ReadOnlyMemory<byte> payload)
    {
        if (!types.TryGetValue(name, out Type? type))
            throw new UnreadableEventException($"This version does not know the event '{name}'; it knows {string.Join(", ", names.Values)}. Run the version that wrote it, or a newer one.");
        try
        {
            return (TEvent?)JsonSerializer.Deserialize(payload.Span, type, Stored) ?? throw new UnreadableEventException($"The payload of an event '{name}' is null.");
        }
        catch (JsonException fault)
        {
            throw new UnreadableEventException($"The payload of an event '{name}' does not read as one: {fault.Message}", fault);
        }
    }
}
