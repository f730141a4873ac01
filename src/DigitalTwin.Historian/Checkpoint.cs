using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian.Files;
using DigitalTwin.Historian.Segments;

namespace DigitalTwin.Historian;

/// <summary>
/// All that the segments up to one have come to, apart from their rows: which Parquet files hold those, the names of the signals, how far
/// each gateway buffer is stored, the sample of each signal that came last. With the segments after it, it is the whole history.
/// </summary>
/// <param name="Converted">The segment; 0 before the first.</param>
internal sealed record Checkpoint(
    long Converted,
    IReadOnlyList<SampleFile> Files,
    IReadOnlyDictionary<uint, string> Signals,
    IReadOnlyDictionary<string, ulong> Reached,
    IReadOnlyDictionary<uint, Sample> Newest)
{
    private const string FileName = "checkpoint";

    public static Checkpoint Empty { get; } = new(0, [], new Dictionary<uint, string>(), new Dictionary<string, ulong>(), new Dictionary<uint, Sample>());

    /// <summary>As it is after the frames that follow it. Samples of a buffer come in order of their sequences: the last is the newest, whatever its clock says.</summary>
    public Checkpoint After(IEnumerable<Frame> frames)
    {
        var signals = new Dictionary<uint, string>(Signals);
        var reached = new Dictionary<string, ulong>(Reached, StringComparer.Ordinal);
        var newest = new Dictionary<uint, Sample>(Newest);
        foreach (var frame in frames)
        {
            var tail = frame.ReadTail();
            foreach (var (number, id) in tail.Signals) signals[number] = id;
            foreach (var (buffer, sequence) in tail.Reached) reached[buffer] = sequence;
            var lastRows = new Dictionary<uint, int>();
            for (var row = 0; row < frame.Rows; row++) lastRows[frame.Signals[row]] = row;
            foreach (var (signal, row) in lastRows)
                if (signals.TryGetValue(signal, out var id)) newest[signal] = frame.SampleAt(row, id);   // the name may have been in a damaged frame
        }
        return this with { Signals = signals, Reached = reached, Newest = newest };
    }

    /// <returns><see cref="Empty"/> where there is none yet.</returns>
    public static Checkpoint Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return Empty;
        var bytes = File.ReadAllBytes(path);
        // A checkpoint is a frame whose segment is the one it stands after; which one, its own bytes say.
        var converted = bytes.Length < Frame.HeadBytes ? 0 : BitConverter.ToInt64(bytes, 16);
        if (Frame.Read(bytes, converted, 0) is not { } frame)
            throw new IOException($"{path} is damaged, and says which files of the sample history count. Put the folder back from a copy.");
        var tail = frame.ReadTail();
        return (Empty with { Converted = converted, Files = tail.Files }).After([frame]);
    }

    /// <summary>Replaces the one of the folder. When it fails, the one before still stands.</summary>
    public void Write(string folder)
    {
        var rows = new FrameBuilder(Newest.Count);
        foreach (var (signal, sample) in Newest) rows.Add(signal, sample);
        var frame = rows.Seal([.. Signals.Select(signal => (signal.Key, signal.Value))], Reached, Files, Converted, 0);
        var written = Path.Combine(folder, FileName + ".new");
        File.WriteAllBytes(written, frame.Bytes.Span);
        DurableFolder.Publish(written, Path.Combine(folder, FileName));
    }
}
