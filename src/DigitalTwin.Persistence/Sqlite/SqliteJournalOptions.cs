namespace DigitalTwin.Persistence.Sqlite;

/// <param name="Folder">Holds <c>journal.db</c>, <c>journal.head</c> and the locks; created when missing.</param>
/// <param name="PlantId">Written into a new journal; a journal of another plant is refused.</param>
public sealed record SqliteJournalOptions(string Folder, string PlantId)
{
    /// <summary>
    /// Take the file's last event as the head although the witness file is missing or damaged. Only after a look with the verifier:
    /// events cut off the end cannot be noticed then.
    /// </summary>
    public bool AcceptHead { get; init; }

    /// <summary>Pages of log after which it is moved into the database, as SQLite itself would; bounds the log and the time of the next start.</summary>
    public int CheckpointPages { get; init; } = 1000;
}
