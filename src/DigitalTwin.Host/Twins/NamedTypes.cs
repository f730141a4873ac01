using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DigitalTwin.Actors.Entities;

namespace DigitalTwin.Host.Twins;

/// <summary>
/// The stored names of one closed family of records. A name is a promise to every later version: it is never given to another type,
/// and a type that changes its meaning gets the next version number, with an upcast from the one before.
/// </summary>
/// <param name="what">What the family consists of, for messages: <c>event</c>.</param>
internal sealed class NamedTypes<T>(string what, IEnumerable<(string Name, Type Type)> entries) where T : notnull
{
    private sealed record Older(string ReadAs, Func<JsonObject, JsonObject> Convert);

    private readonly Dictionary<string, Type> types = entries.ToDictionary(entry => entry.Name, entry => entry.Type);
    private readonly Dictionary<Type, string> names = entries.ToDictionary(entry => entry.Type, entry => entry.Name);
    private readonly Dictionary<string, Older> older = [];

    /// <summary>Every name that was ever stored.</summary>
    public IEnumerable<string> Names => types.Keys.Concat(older.Keys);

    /// <param name="oldName">No longer written, only read.</param>
    /// <param name="readAs">The name that it is read as: one that is written, or one that has an upcast itself.</param>
    public void Upcast(string oldName, string readAs, Func<JsonObject, JsonObject> convert)
    {
        if (types.ContainsKey(oldName) || older.ContainsKey(oldName))
            throw new ArgumentException($"'{oldName}' has a meaning already, and a stored name never gets a second one.", nameof(oldName));
        if (!types.ContainsKey(readAs) && !older.ContainsKey(readAs))
            throw new ArgumentException($"'{oldName}' cannot be read as '{readAs}', which is not known; make the newer ones known first.", nameof(readAs));
        older.Add(oldName, new Older(readAs, convert));
    }

    public Type TypeOf(string name) => older.TryGetValue(name, out Older? upcast) ? TypeOf(upcast.ReadAs) : types[name];

    public (string Name, ReadOnlyMemory<byte> Payload) Encode(T value) =>
        (names[value.GetType()], JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), StoredJson.Options));

    /// <exception cref="UnreadableEventException">The name is of a newer version, or the payload is not of its type.</exception>
    public T Decode(string name, ReadOnlyMemory<byte> payload)
    {
        try
        {
            if (types.TryGetValue(name, out Type? type))
                return (T?)JsonSerializer.Deserialize(payload.Span, type, StoredJson.Options) ?? throw Null(name);
            if (!older.ContainsKey(name))
                throw new UnreadableEventException($"This version does not know the {what} '{name}'; it knows {string.Join(", ", Names)}. Run the version that wrote it, or a newer one.");
            JsonObject read = JsonNode.Parse(payload.Span)?.AsObject() ?? throw Null(name);
            string readAs = name;
            while (older.TryGetValue(readAs, out Older? upcast))
                (read, readAs) = (AsStored(upcast.Convert(read)), upcast.ReadAs);
            return (T?)read.Deserialize(types[readAs], StoredJson.Options) ?? throw Null(name);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new UnreadableEventException($"The payload of an {what} '{name}' does not read as one: {fault.Message}", fault);
        }
    }

    /// <summary>A number that an upcast has put in is of one type until it was written: the next one, and the type, must be able to read it as any.</summary>
    private static JsonObject AsStored(JsonObject converted) => JsonNode.Parse(converted.ToJsonString())!.AsObject();

    private UnreadableEventException Null(string name) => new($"The payload of an {what} '{name}' is null.");
}

/// <summary>How records are written where they are kept for ever.</summary>
internal static class StoredJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,   // a command may carry what a sensor could not give
    };
}
