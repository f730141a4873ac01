using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian.Engine;
using DigitalTwin.Historian.Files;
using DigitalTwin.Historian.Segments;
using Microsoft.Win32.SafeHandles;

namespace DigitalTwin.Historian;

/// <summary>
/// Every sample of the plant, in one folder. What is appended is synced to a segment file (<c>segments/</c>) before it is acknowledged; closed
/// segments turn into Parquet files by UTC day of plant time (<c>samples/</c>). The file <c>checkpoint</c> says up to which segment they
/// have: each row is in the one or the other, never in both.
/// </summary>
/// <remarks>One thread writes and one background task converts; any number of callers may read, a few at a time.</remarks>
public sealed class SampleHistory : IAsyncDisposable
{
    private readonly FileStream ownership;
    private readonly DuckDatabase database;
    private readonly SegmentLog log;
    private readonly Shelf shelf;
    private readonly HistoryWriter writer;
    private readonly HistoryReader reader;
    private readonly Converter converter;
    private bool disposed;

    private readonly Retention retention;
    private readonly string exports;

    private SampleHistory(string folder, HistorianOptions options, TimeProvider time, Action<string> report, Trial trial)
    {
        Directory.CreateDirectory(folder);
        retention = options.Retention;
        exports = Path.Combine(folder, "exports");
        ownership = Owned(folder);
        try
        {
            RefuseOlder(folder);
            if (Directory.Exists(exports)) Directory.Delete(exports, recursive: true);   // of a process that was killed
            database = DuckDatabase.Open(DuckDatabase.InMemory,
            [
                ("memory_limit", options.MemoryLimit),
                ("temp_directory", Path.Combine(folder, "temporary")),
                ("enable_external_file_cache", "false"),     // it keeps what it has read up to its whole limit, beside the pages that the system keeps anyway
                ("autoinstall_known_extensions", "false"),   // nothing is loaded from a network
            ]);
            var checkpoint = Checkpoint.Read(folder);
            var files = SampleFiles.Open(Path.Combine(folder, "samples"), checkpoint.Files, checkpoint.Converted, report);
            (log, var segments) = SegmentLog.Open(Path.Combine(folder, "segments"), checkpoint.Converted, report, trial.Sync);
            IReadOnlyList<Frame> frames = [.. segments.SelectMany(segment => segment.Frames())];
            var known = checkpoint.After(frames);
            var numbers = new SignalNumbers(known.Signals, frames.Select(HighestSignal).DefaultIfEmpty().Max());
            shelf = new(checkpoint, segments, options.MostSegmentsWaiting);
            reader = new(database, numbers, files, shelf);
            writer = new(log, shelf, numbers, known.Reached, options.RowsPerSegment, () => converter?.Wake());
            var upkeep = new Upkeep(folder, database, files, shelf, numbers, options.ClassOf, reader.PassAsync, trial.Reached);
            converter = new(folder, database, files, log, shelf, upkeep, options, time, report);
        }
        catch
        {
            log?.Dispose();
            database?.Dispose();
            ownership.Dispose();
            throw;
        }
    }

    /// <exception cref="IOException">Another process has it open, or a file is missing or damaged; the message says which, and the cure.</exception>
    /// <exception cref="DllNotFoundException">DuckDB's library is not there; the message says how to get it.</exception>
    /// <param name="report">Told in one sentence what could not be read or written in the background.</param>
    public static SampleHistory Open(string folder, TimeProvider time, HistorianOptions? options = null, Action<string>? report = null) =>
        new(Path.GetFullPath(folder), options ?? HistorianOptions.Default, time, report ?? (_ => { }), Trial.None);

    /// <summary>As <see cref="Open(string, TimeProvider, HistorianOptions?, Action{string}?)"/>, to be tried where it hurts.</summary>
    internal static SampleHistory Open(string folder, HistorianOptions options, Trial trial) => new(Path.GetFullPath(folder), options, TimeProvider.System, _ => { }, trial);

    /// <param name="Sync">In place of the sync of a segment file.</param>
    /// <param name="Reached">Told each step of an exchange of files.</param>
    internal sealed record Trial(Action<SafeFileHandle> Sync, Action<string> Reached)
    {
        public static Trial None { get; } = new(RandomAccess.FlushToDisk, _ => { });
    }

    /// <summary>Samples stored and resent samples dropped since the process started.</summary>
    public (long Stored, long Duplicates) Counts => (writer.Stored, writer.Duplicates);

    /// <summary>Stores samples of one gateway buffer and how far that buffer is stored, all or nothing; samples that it has already are dropped and counted.</summary>
    /// <param name="samples">In sequence order; not changed until the task ends.</param>
    /// <param name="highestSequence">Everything up to here is dealt with, also what is not among the samples.</param>
    /// <remarks>One call per buffer at a time: if one fails and a later one does not, the buffer counts as stored past the samples that failed.</remarks>
    /// <returns>Ends when all is synced to disk. Calls that wait at the same time share one sync.</returns>
    public Task AppendAsync(IReadOnlyList<SampleColumns> samples, string bufferId, ulong highestSequence, CancellationToken cancellation = default) =>
        writer.AppendAsync(samples, bufferId, highestSequence, cancellation);

    /// <summary>The same for samples that are not in columns yet.</summary>
    public Task AppendAsync(ReadOnlyMemory<Sample> samples, string bufferId, ulong highestSequence, CancellationToken cancellation = default) =>
        AppendAsync([SampleColumns.Of(samples.Span)], bufferId, highestSequence, cancellation);

    /// <summary>0 for a buffer never seen.</summary>
    public ulong StoredSequence(string bufferId) => writer.StoredSequence(bufferId);

    /// <summary>Samples of a window, at most about <paramref name="points"/> per signal, in the order of <paramref name="signals"/>.</summary>
    /// <param name="to">Exclusive.</param>
    public Task<IReadOnlyList<SignalHistory>> HistoryAsync(
        IReadOnlyList<string> signals, DateTimeOffset from, DateTimeOffset to, int points, CancellationToken cancellation = default) =>
        reader.HistoryAsync(signals, from, to, points, cancellation);

    /// <summary>The sample of each signal that was stored last.</summary>
    public Task<IReadOnlyList<Sample>> NewestAsync(CancellationToken cancellation = default) => reader.NewestAsync(cancellation);

    /// <summary>Every sample of one signal in a window, by source time and sequence.</summary>
    /// <param name="to">Exclusive.</param>
    public Task<IReadOnlyList<Sample>> ReadAsync(string signal, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation = default) =>
        reader.ReadAsync([signal], from, to, cancellation);

    /// <summary>Every sample of some signals in a window; of each signal by source time and sequence.</summary>
    /// <param name="to">Exclusive.</param>
    public Task<IReadOnlyList<Sample>> ReadAsync(IReadOnlyCollection<string> signals, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation = default) =>
        reader.ReadAsync(signals, from, to, cancellation);

    /// <summary>Every sample of some signals in a window as a Parquet file, by signal, source time and sequence. Times are marked as UTC.</summary>
    /// <param name="signals">With their units.</param>
    /// <param name="to">Exclusive.</param>
    /// <returns>The file, open for reading; it is deleted when the stream is closed, or at the next start.</returns>
    public async Task<FileStream> ExportAsync(IReadOnlyDictionary<string, string?> signals, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation = default)
    {
        var path = Path.Combine(Directory.CreateDirectory(exports).FullName, $"{Guid.NewGuid():N}.parquet");
        try
        {
            await reader.ExportAsync(signals, from, to, path, cancellation);
            return new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Turns what is in closed segments into Parquet files now, as the background does by itself.</summary>
    /// <returns>Rows moved.</returns>
    public Task<long> ConvertAsync(CancellationToken cancellation = default) => converter.ConvertAsync(cancellation);

    /// <summary>Merges files now, of running days and of those that are over, as the background does by itself.</summary>
    /// <returns>Merges made.</returns>
    public Task<int> MergeAsync(CancellationToken cancellation = default) => converter.MergeAsync(cancellation);

    /// <summary>Lets go of what is to be kept no longer. Counted from the newest stored day, if that is before <paramref name="plantNow"/>: what stands still loses nothing.</summary>
    /// <returns>Files let go of.</returns>
    public Task<int> RetainAsync(DateTimeOffset plantNow, CancellationToken cancellation = default)
    {
        var (now, newest) = (DateOnly.FromDateTime(plantNow.UtcDateTime), shelf.Now.Checkpoint.Files.Select(file => file.Says.Day).DefaultIfEmpty().Max());
        return converter.RetainAsync(retention, newest < now ? newest : now, cancellation);
    }

    /// <summary>Stores what is waiting, ends the background, closes the files. What is in segments stays there until the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, true)) return;
        shelf.LiftBound();
        await writer.DisposeAsync();
        await converter.DisposeAsync();
        await reader.DisposeAsync();
        log.Dispose();
        database.Dispose();
        await ownership.DisposeAsync();
    }

    private static FileStream Owned(string folder)
    {
        try
        {
            return new(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"The sample history {folder} cannot be opened: {e.Message} End the process that has it open, or check the folder's rights.", e);
        }
    }

    private static void RefuseOlder(string folder)
    {
        var older = Path.Combine(folder, "hot.duckdb");
        if (File.Exists(older))
            throw new IOException($"{older} is of an earlier version of the sample history, which this one does not read. Move {folder} away to start a new history; its Parquet files stay readable with DuckDB.");
    }

    private static uint HighestSignal(Frame frame)
    {
        var highest = 0u;
        foreach (var signal in frame.Signals) highest = Math.Max(highest, signal);
        return highest;
    }
}
