using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian.Engine;

namespace DigitalTwin.Historian.Tests;

/// <summary>What is exported as Parquet, read back by DuckDB as any other reader would.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_export_holds_each_sample_of_the_window_with_unit_quality_and_times_in_utc()
    {
        await using var history = SampleHistory.Open(folder.Path, TimeProvider.System, Made.SmallFiles);
        foreach (var batch in Made.Samples(1, 10_000).Chunk(500)) await history.AppendAsync(batch, "b", batch[^1].Sequence);
        await history.ConvertAsync();   // some are in files, some in a segment
        var units = new Dictionary<string, string?> { [Made.Signals[1]] = "°C", [Made.Signals[2]] = null, ["plant.a.line.nobody's"] = "m" };
        var (from, to) = (Made.T0.AddSeconds(5), Made.T0.AddSeconds(95));

        await using var file = await history.ExportAsync(units, from, to);

        Sample[] expected = [.. await history.ReadAsync(Made.Signals[1], from, to), .. await history.ReadAsync(Made.Signals[2], from, to)];
        Assert.Equal(6_000, expected.Length);
        Assert.Equal(
            expected.Select(sample => (sample.Signal, Micros.Of(sample.SourceTime), double.IsNaN(sample.Number) ? null : (double?)sample.Number, sample.Text,
                sample.Signal == Made.Signals[1] ? "°C" : null, sample.Quality.ToString().ToLowerInvariant(), sample.StatusCode, Micros.Of(sample.ServerTime))),
            Rows(file.Name));
    }

    [Fact]
    public async Task A_window_without_samples_is_a_file_without_rows_and_no_file_stays_behind()
    {
        await using var history = SampleHistory.Open(folder.Path, TimeProvider.System, Made.SmallFiles);
        await using (var file = await history.ExportAsync(new Dictionary<string, string?> { ["plant.a.line.nobody"] = null }, Made.T0, Made.T0.AddHours(1)))
            Assert.Empty(Rows(file.Name));
        Assert.Empty(Directory.GetFiles(Path.Combine(folder.Path, "exports")));
    }

    private static List<(string, long, double?, string?, string?, string, uint, long)> Rows(string file)
    {
        using var database = DuckDatabase.Open(DuckDatabase.InMemory, []);
        using var connection = database.Connect();
        using (var types = connection.Query($"SELECT DISTINCT name FROM parquet_schema('{file}') WHERE logical_type LIKE '%isAdjustedToUTC=1%' ORDER BY name"))
        {
            Assert.True(types.Read());
            Assert.Equal("server_time", types.Text(0));
            Assert.True(types.Read());
            Assert.Equal("time", types.Text(0));
        }
        using var result = connection.Query($"SELECT signal, epoch_us(time), value, text, unit, quality, status, epoch_us(server_time) FROM read_parquet('{file}')");
        var rows = new List<(string, long, double?, string?, string?, string, uint, long)>();
        while (result.Read()) rows.Add((result.Text(0)!, result.Int64(1), result.Number(2), result.Text(3), result.Text(4), result.Text(5)!, result.UInt32(6), result.Int64(7)));
        return rows;
    }
}
