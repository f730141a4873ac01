namespace DigitalTwin.Actors.Tests.Journals;

/// <summary>Skipped where PostgreSQL is not installed.</summary>
public sealed class JournalFactAttribute : FactAttribute
{
    public JournalFactAttribute() => Skip = Postgres.Tests.TestServer.Missing;
}
