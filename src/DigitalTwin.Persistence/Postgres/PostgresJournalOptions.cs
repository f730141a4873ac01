namespace DigitalTwin.Persistence.Postgres;

/// <param name="ConnectionString">
/// As Npgsql takes it: <c>Host=…;Database=…;Username=…;Password=…</c>. To the server itself: behind a pooler that shares sessions the settings
/// of this program's sessions would be lost.
/// </param>
/// <param name="PlantId">Written into a new journal; a journal of another plant is refused.</param>
public sealed record PostgresJournalOptions(string ConnectionString, string PlantId)
{
    /// <summary>Holds the tables; created when missing. Lower-case letters, digits and underscores.</summary>
    public string Schema { get; init; } = "digitaltwin";

    /// <summary>Where this process keeps <c>journal.head</c>, to notice a database that has lost its newest events; null: it does not.</summary>
    public string? WitnessFolder { get; init; }

    /// <summary>Take the database's last event as the head although the witness is damaged or has seen later ones: those stay lost.</summary>
    public bool AcceptHead { get; init; }

    /// <summary>Bounds each statement, each wait for a lock and for the server. A transaction whose client stands still is ended a little earlier.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an append whose outcome is unknown waits for the server to come back, before the journal takes no more.</summary>
    public TimeSpan ReconnectWithin { get; init; } = TimeSpan.FromSeconds(30);
}
