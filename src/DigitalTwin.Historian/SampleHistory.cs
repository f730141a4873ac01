using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian.Engine;

namespace DigitalTwin.Historian;

/// <summary>
/// Every sample of the plant, in one folder: the newest in a DuckDB table (<c>hot.duckdb</c>), older ones in Parquet files by UTC day of
/// plant time (<c>samples/</c>). A row is in the one or the other, never in both: it moves in one transaction.
/// </summary>
/// <remarks>One thread writes and one background task compacts; any number of callers may read, a few at a time.</remarks>
public sealed class SampleHistory : IAsyncDisposable
{
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS signals(number UINTEGER PRIMARY KEY, id VARCHAR NOT NULL UNIQUE);
        CREATE TABLE IF NOT EXISTS buffers(id VARCHAR PRIMARY KEY, stored_sequence UBIGINT NOT NULL);
        CREATE TABLE IF NOT EXISTS samples(signal UINTEGER NOT NULL, source_time TIMESTAMP NOT NULL, server_time TIMESTAMP NOT NULL,
            number DOUBLE, text VARCHAR, status UINTEGER NOT NULL, sequence UBIGINT NOT NULL);
        CREATE TABLE IF NOT EXISTS files(name VARCHAR PRIMARY KEY, earliest TIMESTAMP NOT NULL, latest TIMESTAMP NOT NULL, rows BIGINT NOT NULL);
        """;

    /// <summary>
    /// The row of each signal that came last. Rows are in the order they were appended, each buffer's by sequence; source times are no
    /// measure of it, since a wrong clock or a plant that was set back would hold up its signal for as long as it had been ahead.
    /// </summary>
    internal const string Newest = "(SELECT signal, max(rowid) AS last FROM samples GROUP BY signal)";

    private readonly DuckDatabase database;
    private readonly HistoryWriter writer;
    private readonly HistoryReader reader;
    private readonly Compactor compactor;
    private bool disposed;

    private SampleHistory(string folder, HistorianOptions options, TimeProvider time, Action<string>? report)
    {
        Directory.CreateDirectory(folder);
        database = DuckDatabase.Open(Path.Combine(folder, "hot.duckdb"),
        [
            ("memory_limit", options.MemoryLimit),
            ("temp_directory", Path.Combine(folder, "temporary")),
            ("autoinstall_known_extensions", "false"),   // nothing is loaded from a network
            ("checkpoint_threshold", "64MB"),
        ]);
        try
        {
            using (var connection = database.Connect())
                foreach (var statement in Schema.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) connection.Execute(statement);
            var files = SampleFiles.Open(Path.Combine(folder, "samples"), database);
            var numbers = new SignalNumbers(database);
            reader = new(database, numbers, files);
            writer = new(database, numbers);
            compactor = new(database, files, options, writer.CheckpointAsync, time, report ?? (_ => { }));
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <exception cref="DuckDbException">Another process has it open, or the file is damaged.</exception>
    /// <exception cref="DllNotFoundException">DuckDB's library is not there; the message says how to get it.</exception>
    /// <param name="report">Told in one sentence when compaction fails; it is tried again at its next turn.</param>
    public static SampleHistory Open(string folder, TimeProvider time, HistorianOptions? options = null, Action<string>? report = null) =>
        new(Path.GetFullPath(folder), options ?? HistorianOptions.Default, time, report);

    /// <summary>Samples stored and resent samples dropped since the process started.</summary>
    public (long Stored, long Duplicates) Counts => (writer.Stored, writer.Duplicates);

    /// <summary>Stores samples of one gateway buffer and how far that buffer is stored, in one transaction; samples that it has already are dropped and counted.</summary>
    /// <param name="samples">In sequence order; not changed until the task ends.</param>
    /// <param name="highestSequence">Everything up to here is dealt with, also what is not among the samples.</param>
    /// <remarks>One call per buffer at a time: if one fails and a later one does not, the buffer counts as stored past the samples that failed.</remarks>
    /// <returns>Ends when all is synced to disk. Calls that wait at the same time share one commit.</returns>
    public Task AppendAsync(ReadOnlyMemory<Sample> samples, string bufferId, ulong highestSequence, CancellationToken cancellation = default) =>
        writer.AppendAsync(samples, bufferId, highestSequence, cancellation);

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
        reader.ReadAsync(signal, from, to, cancellation);

    /// <summary>Moves what is old enough to Parquet files now, as the background does by itself.</summary>
    /// <returns>Rows moved.</returns>
    public Task<long> CompactAsync(CancellationToken cancellation = default) => compactor.CompactAsync(cancellation);

    /// <summary>Stores what is waiting, ends the background, closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, true)) return;
        await compactor.DisposeAsync();
        await writer.DisposeAsync();
        await reader.DisposeAsync();
        database.Dispose();
    }
}
