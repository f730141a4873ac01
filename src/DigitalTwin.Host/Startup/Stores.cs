using System.Security.Cryptography;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ledger;
using DigitalTwin.Edge.Pki;
using DigitalTwin.Historian;
using DigitalTwin.Historian.Engine;
using DigitalTwin.Historian.Files;
using DigitalTwin.Historian.Waveforms;
using DigitalTwin.Persistence.Projections;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Host.Startup;

/// <summary>What the host keeps on disk, opened: journal, what is made of it, history and certificates.</summary>
public sealed class Stores : IAsyncDisposable
{
    private Stores(PlantPki pki, JournalStore journal, ProjectionStore projections, SampleHistory history, WaveformFiles waveforms, LossLedger ledger) =>
        (Pki, Recorded, Projections, History, Waveforms, Ledger) = (pki, journal, projections, history, waveforms, ledger);

    public PlantPki Pki { get; }

    public JournalStore Recorded { get; }

    public IJournal Journal => Recorded.Journal;

    public ProjectionStore Projections { get; }

    public SampleHistory History { get; }

    public WaveformFiles Waveforms { get; }

    public LossLedger Ledger { get; }

    /// <summary>Stores the content of a sample; as the edge link asks for it.</summary>
    public string Keep(SignalDefinition signal, DateTimeOffset sourceTime, string format, ReadOnlySpan<byte> content) =>
        Waveforms.Keep(sourceTime, format, content, signal.SampleRate).ToText();

    /// <exception cref="StartupException">One of them cannot be used; the message says which, why, and what to do.</exception>
    public static Stores Open(DataFolder data, PlantDefinition plant, string? postgres, Retention retention, TimeProvider time, ILogger log)
    {
        PlantPki? pki = null;
        JournalStore? journal = null;
        ProjectionStore? projections = null;
        SampleHistory? history = null;
        try
        {
            pki = PlantPki.Open(data["pki"], time, fault => log.LogWarning("{Fault}", fault));
            journal = JournalStore.Open(data, plant.Id, postgres, fault => log.LogWarning("{Fault}", fault));
            projections = ProjectionStore.Open(data["projections"], fault => log.LogWarning("{Fault}", fault));
            var classes = plant.Signals.ToDictionary(signal => signal.Id, signal => signal.Class);
            HistorianOptions options = HistorianOptions.Default with { ClassOf = signal => classes.GetValueOrDefault(signal, SignalClass.Telemetry), Retention = retention };
            history = SampleHistory.Open(data["historian"], time, options, report: fault => log.LogWarning("{Fault}", fault));
            // Within the history's folder: the one is of no use without the other, and is copied with it.
            var ledger = LossLedger.Open(data["historian/ledger"], history.StoredSequence, fault => log.LogWarning("{Fault}", fault));
            return new Stores(pki, journal, projections, history, WaveformFiles.Open(data["historian/waveforms"]), ledger);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException or JournalRefusedException or DuckDbException or DllNotFoundException or SqliteException)
        {
            history?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            projections?.Dispose();
            journal?.Dispose();
            pki?.Dispose();
            string what = fault is JournalRefusedException && postgres is not null ? "The journal in PostgreSQL" : $"The data folder {data.Path}";
            throw new StartupException(1, $"{what} cannot be used: {fault.Message}", fault);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await History.DisposeAsync();
        Ledger.Dispose();
        Projections.Dispose();
        Recorded.Dispose();
        Pki.Dispose();
    }
}
