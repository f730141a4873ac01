using System.Text.Json;
using System.Text.Json.Serialization;
using DigitalTwin.VirtualPlant.Production;

namespace DigitalTwin.VirtualPlant.Serving;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Truth))]
internal sealed partial class TruthJson : JsonSerializerContext;

/// <summary><c>DIR/plant/truth.jsonl</c>: what is true of the plant, for whoever judges the twin; the twin never sees it.</summary>
/// <remarks>
/// A line is written before the checkpoint that has its moment behind it. A plant that was killed between the two goes on from the older checkpoint and
/// lives those moments once more, so what lies behind the checkpoint is cut off first: each truth stands there once.
/// </remarks>
internal sealed class TruthFile : IDisposable
{
    private readonly string path;
    private readonly FileStream file;

    /// <param name="time">Plant time of the checkpoint the plant goes on from.</param>
    public TruthFile(string dataFolder, long time)
    {
        path = Path.Combine(Path.GetFullPath(dataFolder), "plant", "truth.jsonl");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var kept = File.Exists(path) ? LengthUntil(time) : 0;
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
            file.SetLength(kept);
            file.Seek(0, SeekOrigin.End);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(fault);
        }
    }

    /// <returns>Bytes up to the first line that is torn or of a later moment.</returns>
    private long LengthUntil(long time)
    {
        long length = 0;
        var bytes = File.ReadAllBytes(path);
        for (var start = 0; Array.IndexOf(bytes, (byte)'\n', start) is var end and >= 0; start = end + 1)
        {
            if (At(bytes.AsSpan(start, end - start)) is not { } at || at > time)
                break;
            length = end + 1;
        }
        return length;
    }

    private static long? At(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, TruthJson.Default.Truth)?.At;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Append(List<Truth> truths)
    {
        if (truths.Count == 0)
            return;
        using var lines = new MemoryStream();
        foreach (var truth in truths)
        {
            lines.Write(JsonSerializer.SerializeToUtf8Bytes(truth, TruthJson.Default.Truth));
            lines.WriteByte((byte)'\n');
        }
        truths.Clear();
        try
        {
            file.Write(lines.GetBuffer(), 0, (int)lines.Length);
            file.Flush();
        }
        catch (IOException fault)
        {
            throw Unwritable(fault);
        }
    }

    private Refusal Unwritable(Exception fault) =>
        new($"the plant cannot write what is true of it to {path} ({fault.Message}): free space or make the folder writable, and start it again");

    public void Dispose() => file.Dispose();
}
