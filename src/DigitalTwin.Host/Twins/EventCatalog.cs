using System.Text.Json.Nodes;
using DigitalTwin.Actors.Entities;

namespace DigitalTwin.Host.Twins;

/// <summary>The stored names of one family of events.</summary>
/// <remarks>
/// A name is a promise to every later version: it is never given to another type, and a type that changes its meaning gets the next version
/// number, with an <see cref="Upcast"/> from the one before.
/// </remarks>
public sealed class EventCatalog<TEvent> where TEvent : notnull
{
    private readonly NamedTypes<TEvent> named;
    private readonly Func<TEvent, DateTimeOffset> at;

    /// <param name="at">Plant time at which the event happened.</param>
    public EventCatalog(Func<TEvent, DateTimeOffset> at, params IReadOnlyList<(string Name, Type Type)> entries) =>
        (this.at, named) = (at, new NamedTypes<TEvent>("event", entries));

    /// <summary>Every name that a journal may hold.</summary>
    public IReadOnlyCollection<string> Names => [.. named.Names];

    /// <summary>Reads events of an older version as ones of a newer; they stay stored as they are.</summary>
    /// <param name="readAs">The name that is written now, or one that has an upcast itself.</param>
    /// <exception cref="ArgumentException">The old name has a meaning already, or the new one has none.</exception>
    public EventCatalog<TEvent> Upcast(string oldName, string readAs, Func<JsonObject, JsonObject> convert)
    {
        named.Upcast(oldName, readAs, convert);
        return this;
    }

    /// <returns>The type that events of a stored name are read as.</returns>
    public Type TypeOf(string name) => named.TypeOf(name);

    public EncodedEvent Encode(TEvent happened)
    {
        (string name, ReadOnlyMemory<byte> payload) = named.Encode(happened);
        return new(name, payload, at(happened));
    }

    /// <exception cref="UnreadableEventException">The name is of a newer version, or the payload is not of its type.</exception>
    public TEvent Decode(string name, ReadOnlyMemory<byte> payload) => named.Decode(name, payload);
}
