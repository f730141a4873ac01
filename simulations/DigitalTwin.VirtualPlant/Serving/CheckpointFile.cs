using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Serving;

/// <summary>What a checkpoint holds: whose plant it is, and all it needs to go on.</summary>
internal sealed record Checkpoint(long Seed, string Physics, PlantMemory Memory);

[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Checkpoint))]
[JsonSerializable(typeof(PhysicsParameters))]
internal sealed partial class CheckpointJson : JsonSerializerContext;

/// <summary>
/// The plant's state on disk, written whole before anything of it is published: whatever a client has seen is never ahead of the file, so no counter
/// goes back when the process is killed. Replaced by rename, so a reader finds the old or the new one.
/// </summary>
/// <remarks>Not flushed to the platter each time (twenty times a second): it survives the death of the process, and a torn file after a power cut is noticed by its checksum.</remarks>
internal sealed class CheckpointFile : IDisposable
{
    private const string Format = "digitaltwin.virtual-plant/3 ";

    private readonly string path;
    private readonly FileStream held;
    private readonly MemoryStream body = new();

    /// <summary>Takes the folder for this process alone; the lock goes with the process, however it ends.</summary>
    public CheckpointFile(string dataFolder)
    {
        var folder = Path.Combine(Path.GetFullPath(dataFolder), "plant");
        path = Path.Combine(folder, "checkpoint.json");
        try
        {
            Directory.CreateDirectory(folder);
            held = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new Refusal($"the plant cannot use {folder} ({fault.Message}): stop the plant that runs there, or give a folder that can be written with --data");
        }
    }

    public static string Fingerprint(PhysicsParameters physics) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(physics, CheckpointJson.Default.PhysicsParameters)));

    /// <summary>Null when this plant has never run.</summary>
    public PlantMemory? Read(long seed, PhysicsParameters physics)
    {
        if (!File.Exists(path))
            return null;
        var checkpoint = Parse(File.ReadAllBytes(path));
        if (checkpoint.Seed != seed)
            throw new Refusal($"the plant in {path} was built with seed {checkpoint.Seed}, not {seed}: start it with --seed {checkpoint.Seed}, or use another --data folder for a new plant", 2);
        if (checkpoint.Physics != Fingerprint(physics))
            throw new Refusal($"the plant in {path} was built with other physics: start it with the physics file of its first start, or use another --data folder for a new plant", 2);
        return checkpoint.Memory;
    }

    private Checkpoint Parse(byte[] bytes)
    {
        var end = Array.IndexOf(bytes, (byte)'\n');
        var head = end < 0 ? "" : Encoding.ASCII.GetString(bytes, 0, end);
        if (!head.StartsWith(Format, StringComparison.Ordinal))
            throw Damaged("its first line is not that of a checkpoint of this version");
        if (head[Format.Length..] != Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(end + 1))))
            throw Damaged("its checksum does not fit its content");
        try
        {
            return JsonSerializer.Deserialize(bytes.AsSpan(end + 1), CheckpointJson.Default.Checkpoint) ?? throw Damaged("it is empty");
        }
        catch (JsonException fault)
        {
            throw Damaged(fault.Message);
        }
    }

    private Refusal Damaged(string why) =>
        new($"the plant's checkpoint {path} cannot be read: {why}. Put back a good copy, or delete it to build a new plant, whose counters start at 0");

    public void Write(Checkpoint checkpoint)
    {
        body.SetLength(0);
        using (var json = new Utf8JsonWriter(body))
            JsonSerializer.Serialize(json, checkpoint, CheckpointJson.Default.Checkpoint);
        var content = body.GetBuffer().AsSpan(0, (int)body.Length);
        var temporary = path + ".tmp";
        try
        {
            using (var file = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
            {
                var head = Encoding.ASCII.GetBytes($"{Format}{Convert.ToHexStringLower(SHA256.HashData(content))}\n");
                RandomAccess.Write(file, head, 0);
                RandomAccess.Write(file, content, head.Length);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new Refusal($"the plant cannot store its state in {path} ({fault.Message}): it stops here, because what it would publish could not be resumed. Free space or make the folder writable, and start it again");
        }
    }

    public void Dispose()
    {
        held.Dispose();
        body.Dispose();
    }
}
