namespace DigitalTwin.Historian;

/// <param name="HotWindow">Plant time that stays in the table before it moves to Parquet files.</param>
/// <param name="MostHotRows">Rows that stay in the table at most; beyond, the oldest move whatever their age.</param>
/// <param name="RowsPerFile">Bounds one step of compaction, and with it a file, its memory and its time (about a second).</param>
/// <param name="FewestRowsPerFile">A day that still grows is moved in pieces of at least so many rows: no crowd of small files.</param>
/// <param name="CompactEvery">How often the background looks for rows to move.</param>
/// <param name="MemoryLimit">Of DuckDB, as it writes sizes; beyond, it sorts on disk.</param>
public sealed record HistorianOptions(
    TimeSpan HotWindow, int MostHotRows, int RowsPerFile, int FewestRowsPerFile, TimeSpan CompactEvery, string MemoryLimit)
{
    public static HistorianOptions Default { get; } = new(TimeSpan.FromHours(2), 8_000_000, 1_000_000, 250_000, TimeSpan.FromSeconds(15), "1GB");
}
