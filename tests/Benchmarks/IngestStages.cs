using System.Globalization;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Edge.Ledger;
using DigitalTwin.Edge.Link;
using DigitalTwin.Historian;

namespace DigitalTwin.Benchmarks;

/// <summary>
/// Where the processor time of ingest goes: each stage by itself, in this process, on the same frames as <see cref="IngestThroughput"/> sends.
/// What is not here is the link (its bare figure is there) and the twins.
/// </summary>
public static class IngestStages
{
    private const int Frames = 8_000;
    private const int FramesPerBatch = 128;
    private const int Rounds = 3;
    private const double Millions = Frames * (double)ManySignals.RowsPerFrame / 1e6;

    public static void Run(TextWriter output)
    {
        var definitions = PlantFile.Read(ManySignals.Definition()) is PlantReading.Valid valid ? valid.Plant : throw new InvalidOperationException("the plant is not valid");
        output.WriteLine("Ingest by stages, processor seconds a million samples: decode | validate, live table | ledger | append, synced | files");
        for (var round = 1; round <= Rounds; round++)
        {
            var folder = Directory.CreateTempSubdirectory("dt-bench-");
            try
            {
                output.WriteLine(Round(folder.FullName, [.. definitions.Signals], round));
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
    }

    private static string Round(string folder, IReadOnlyList<SignalDefinition> signals, int round)
    {
        var plant = new ManySignals(1_767_587_400_000_000);
        var frames = Enumerable.Range(0, Frames).Select(_ => plant.Next().ToArray()).ToList();
        // One that never closes a segment, so nothing runs beside its appends; and one that turns each million into files.
        var (open, closing) = (Path.Combine(folder, "open"), Path.Combine(folder, "closing"));
        var alone = Staged(open, signals, frames, HistorianOptions.Default with { RowsPerSegment = int.MaxValue });
        var all = Staged(closing, signals, frames, HistorianOptions.Default);
        return string.Create(CultureInfo.InvariantCulture,
            $"  round {round}: {alone.Decode / Millions:0.000} | {alone.Validate / Millions:0.000} | {alone.Ledger / Millions:0.000} | {alone.Append / Millions:0.000} | {(all.Append - alone.Append) / Millions:0.000}");
    }

    private static (double Decode, double Validate, double Ledger, double Append) Staged(
        string folder, IReadOnlyList<SignalDefinition> signals, List<byte[]> frames, HistorianOptions options)
    {
        var clock = new PlantClock(TimeProvider.System);
        var live = new LiveValues(signals, clock, TimeProvider.System);
        var intake = new Intake([.. ManySignals.Ids().Select((id, number) => new Signal { Number = (uint)number, Id = id })], 0, live, new(), clock, new());
        var (decoder, tally, columns, firsts) = (new SamplesDecoder(), new Tally("bench"), new SampleColumns[FramesPerBatch], new ulong[FramesPerBatch]);
        for (var i = 0; i < columns.Length; i++) columns[i] = new();
        var history = SampleHistory.Open(Path.Combine(folder, "historian"), TimeProvider.System, options);
        using var ledger = LossLedger.Open(Path.Combine(folder, "ledger"), history.StoredSequence);
        var (decode, validate, record, append) = (0.0, 0.0, 0.0, 0.0);
        foreach (var batch in frames.Chunk(FramesPerBatch))
        {
            decode += Processor(() =>
            {
                for (var i = 0; i < batch.Length; i++)
                {
                    columns[i].Clear();
                    if (!decoder.TryRead(batch[i], columns[i], out firsts[i])) throw new InvalidOperationException("a frame was left to the library");
                }
            });
            var taken = new Taken[batch.Length];
            validate += Processor(() =>
            {
                for (var i = 0; i < batch.Length; i++) taken[i] = intake.Take(columns[i], firsts[i]);
            });
            record += Processor(() =>
            {
                foreach (var part in taken) tally.Add(part);
                ledger.Record(tally.Take());
                ledger.Confirm("bench", taken[^1].Highest);
            });
            append += Processor(() => history.AppendAsync([.. taken.Select(part => part.Samples!)], "bench", taken[^1].Highest).GetAwaiter().GetResult());
        }
        append += Processor(() => history.ConvertAsync().GetAwaiter().GetResult());
        history.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return (decode, validate, record, append);
    }

    private static double Processor(Action stage)
    {
        var before = Environment.CpuUsage.TotalTime;
        stage();
        return (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }
}
