using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Snapshots;
using DigitalTwin.Persistence.Postgres;
using DigitalTwin.Persistence.Sqlite;

namespace DigitalTwin.Host.Startup;

/// <summary>The journal with its snapshots, in the data folder or in a database that several hosts share.</summary>
public sealed class JournalStore : IDisposable
{
    private readonly IDisposable[] opened;

    private JournalStore(string name, IJournal journal, ISnapshots snapshots, params IDisposable[] opened) =>
        (Name, Journal, Snapshots, this.opened) = (name, journal, snapshots, opened);

    /// <summary>sqlite or postgresql.</summary>
    public string Name { get; }

    public IJournal Journal { get; }

    public ISnapshots Snapshots { get; }

    /// <param name="postgres">Null: in the data folder.</param>
    /// <param name="report">Hears of what is wrong and can be done without.</param>
    /// <exception cref="JournalRefusedException">It must not be used; the message says why, and what to do.</exception>
    public static JournalStore Open(DataFolder data, string plantId, string? postgres, Action<string> report)
    {
        if (postgres is not null)
        {
            Directory.CreateDirectory(data["journal"]);
            var options = new PostgresJournalOptions(postgres, plantId) { WitnessFolder = data["journal"] };
            PostgresJournal journal = PostgresJournal.Open(options);
            try
            {
                PostgresSnapshots snapshots = PostgresSnapshots.Open(options);
                return new JournalStore("postgresql", journal, snapshots, snapshots, journal);
            }
            catch
            {
                journal.Dispose();
                throw;
            }
        }

        SqliteJournal local = SqliteJournal.Open(new SqliteJournalOptions(data["journal"], plantId));
        try
        {
            SqliteSnapshots beside = SqliteSnapshots.Open(data["journal"]);
            if (beside.Discarded is { } why)
                report(why);
            return new JournalStore("sqlite", local, beside, beside, local);
        }
        catch
        {
            local.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (IDisposable part in opened)
            part.Dispose();
    }
}
