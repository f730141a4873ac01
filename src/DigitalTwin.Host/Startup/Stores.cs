using System.Security.Cryptography;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Edge.Pki;
using DigitalTwin.Historian;
using DigitalTwin.Historian.Engine;
using DigitalTwin.Persistence.Projections;
using DigitalTwin.Persistence.Sqlite;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Host.Startup;

/// <summary>What the host keeps on disk, opened: journal, what is made of it, history and certificates.</summary>
public sealed class Stores : IAsyncDisposable
{
    private Stores(PlantPki pki, SqliteJournal journal, ProjectionStore projections, SampleHistory history) =>
        (Pki, Journal, Projections, History) = (pki, journal, projections, history);

    public PlantPki Pki { get; }

    public SqliteJournal Journal { get; }

    public ProjectionStore Projections { get; }

    public SampleHistory History { get; }

    /// <exception cref="StartupException">One of them cannot be used; the message says which, why, and what to do.</exception>
    public static Stores Open(DataFolder data, string plantId, TimeProvider time, ILogger log)
    {
        PlantPki? pki = null;
        SqliteJournal? journal = null;
        ProjectionStore? projections = null;
        try
        {
            pki = PlantPki.Open(data["pki"], time, fault => log.LogWarning("{Fault}", fault));
            journal = SqliteJournal.Open(new SqliteJournalOptions(data["journal"], plantId));
            projections = ProjectionStore.Open(data["projections"], fault => log.LogWarning("{Fault}", fault));
            return new Stores(pki, journal, projections, SampleHistory.Open(data["historian"], time, report: fault => log.LogWarning("{Fault}", fault)));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException or JournalRefusedException or DuckDbException or DllNotFoundException or SqliteException)
        {
            projections?.Dispose();
            journal?.Dispose();
            pki?.Dispose();
            throw new StartupException(1, $"The data folder {data.Path} cannot be used: {fault.Message}", fault);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await History.DisposeAsync();
        Projections.Dispose();
        Journal.Dispose();
        Pki.Dispose();
    }
}
