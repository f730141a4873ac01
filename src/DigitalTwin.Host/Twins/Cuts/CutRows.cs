using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Domain.Lines;
using DigitalTwin.Domain.Units;
using DigitalTwin.Domain.WorkOrders;
using DigitalTwin.Persistence.Projections;

namespace DigitalTwin.Host.Twins.Cuts;

/// <summary>A cut as stored rows, one for each twin, so that a save costs what has changed; or all of them packed into one value.</summary>
internal static class CutRows
{
    /// <summary>A row's state carries its format, so that one of another format is noticed.</summary>
    private sealed record TwinRow(long Seq, long Offset, string Format, JsonElement State);

    private sealed record WholeRow(DateTimeOffset? PlantTime, long NewestDamage, SortedDictionary<string, long> Shards);

    private const string Whole = "cut";
    private const string Unit = "unit:";
    private const string Line = "line:";
    private const string Order = "order:";
    private const string Damage = "damage:";

    /// <summary>Everything in a cut that an earlier one of the same history lacks; null: everything.</summary>
    public static List<ProjectionRow> Of(Cut cut, Cut? since = null)
    {
        long known = since?.Offset ?? 0;
        var shards = new SortedDictionary<string, long>(cut.Shards.ToDictionary(shard => shard.Key.Value, shard => shard.Value), StringComparer.Ordinal);
        List<ProjectionRow> rows = [new(Whole, Json(new WholeRow(cut.PlantTime, cut.NewestDamage, shards)))];
        foreach ((string id, EntityState<UnitState> unit) in cut.Units)
            Add(Unit + id, unit, StateCodecs.Unit);
        foreach ((string id, EntityState<LineState> line) in cut.Lines)
            Add(Line + id, line, StateCodecs.Line);
        foreach ((string id, EntityState<WorkOrderState> order) in cut.WorkOrders)
            Add(Order + id, order, StateCodecs.WorkOrder);
        foreach ((string id, string why) in cut.Damage)
            rows.Add(new(Damage + id, Json(why)));
        return rows;

        void Add<TState>(string key, EntityState<TState> twin, SnapshotCodec<TState> codec)
        {
            if (twin.Offset > known)
                rows.Add(new(key, Encode(twin, codec)));
        }
    }

    /// <summary>Keys of rows that were of an earlier cut and are no longer.</summary>
    public static List<string> Gone(Cut cut, Cut since) =>
        ReferenceEquals(cut.WorkOrders, since.WorkOrders) ? [] : [.. since.WorkOrders.Keys.Where(id => !cut.WorkOrders.ContainsKey(id)).Select(id => Order + id)];

    /// <exception cref="JsonException">A row is not of this version.</exception>
    public static Cut Read(PlantPlaces places, long offset, IEnumerable<ProjectionRow> rows)
    {
        var (units, lines, orders) = (new Dictionary<string, EntityState<UnitState>>(), new Dictionary<string, EntityState<LineState>>(), new Dictionary<string, EntityState<WorkOrderState>>());
        var damage = new Dictionary<string, string>();
        WholeRow? whole = null;
        foreach (ProjectionRow row in rows)
        {
            if (row.Key == Whole)
                whole = JsonSerializer.Deserialize<WholeRow>(row.Value.Span, StoredJson.Options);
            else if (Id(row.Key, Unit) is { } unit)
                units.Add(unit, Decode(row.Value, StateCodecs.Unit));
            else if (Id(row.Key, Line) is { } line)
                lines.Add(line, Decode(row.Value, StateCodecs.Line));
            else if (Id(row.Key, Order) is { } order)
                orders.Add(order, Decode(row.Value, StateCodecs.WorkOrder));
            else if (Id(row.Key, Damage) is { } damaged)
                damage.Add(damaged, JsonSerializer.Deserialize<string>(row.Value.Span)!);
            else
                throw new JsonException($"a cut has no row '{row.Key}'");
        }

        return Cut.Of(places, offset, whole?.PlantTime, whole?.NewestDamage ?? throw new JsonException($"the cut has no row '{Whole}'"),
            units, lines, orders, damage, whole.Shards.Select(shard => KeyValuePair.Create(new ShardId(shard.Key), shard.Value)));
    }

    /// <summary>All rows of a cut in one value.</summary>
    public static byte[] Pack(Cut cut)
    {
        using var packed = new MemoryStream();
        using (var compressing = new BrotliStream(packed, CompressionLevel.Fastest))
        using (var writer = new BinaryWriter(compressing))
        {
            List<ProjectionRow> rows = Of(cut);
            writer.Write(rows.Count);
            foreach (ProjectionRow row in rows)
            {
                writer.Write(row.Key);
                writer.Write(row.Value.Length);
                writer.Write(row.Value.Span);
            }
        }

        return packed.ToArray();
    }

    /// <exception cref="JsonException">It is not of this version.</exception>
    public static Cut Unpack(PlantPlaces places, long offset, ReadOnlyMemory<byte> packed)
    {
        using var reader = new BinaryReader(new BrotliStream(new MemoryStream(packed.ToArray()), CompressionMode.Decompress));
        var rows = new ProjectionRow[reader.ReadInt32()];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = new(reader.ReadString(), reader.ReadBytes(reader.ReadInt32()));
        return Read(places, offset, rows);
    }

    private static string? Id(string key, string prefix) => key.StartsWith(prefix, StringComparison.Ordinal) ? key[prefix.Length..] : null;

    private static byte[] Json<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, StoredJson.Options);

    private static ReadOnlyMemory<byte> Encode<TState>(EntityState<TState> twin, SnapshotCodec<TState> codec)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteNumber("seq", twin.Seq);
        json.WriteNumber("offset", twin.Offset);
        json.WriteString("format", codec.Format);
        json.WritePropertyName("state");
        json.WriteRawValue(codec.Encode(twin.State).Span, skipInputValidation: true);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static EntityState<TState> Decode<TState>(ReadOnlyMemory<byte> value, SnapshotCodec<TState> codec)
    {
        TwinRow row = JsonSerializer.Deserialize<TwinRow>(value.Span, StoredJson.Options) ?? throw new JsonException("a row is null");
        if (row.Format != codec.Format)
            throw new JsonException($"a state has format {row.Format}, not {codec.Format}");
        return new(codec.Decode(JsonMemory(row.State)), row.Seq, row.Offset);
    }

    private static ReadOnlyMemory<byte> JsonMemory(JsonElement state) => JsonSerializer.SerializeToUtf8Bytes(state);
}
