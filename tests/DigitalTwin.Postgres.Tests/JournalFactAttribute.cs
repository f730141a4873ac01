using DigitalTwin.Postgres.Tests;

namespace DigitalTwin.Actors.Tests.Journals;

/// <summary>Skipped where PostgreSQL is not installed.</summary>
public sealed class JournalFactAttribute : FactAttribute
{
    public JournalFactAttribute() => Skip = TestServer.Missing;
}

/// <summary>Skipped where PostgreSQL is not installed.</summary>
public sealed class JournalTheoryAttribute : TheoryAttribute
{
    public JournalTheoryAttribute() => Skip = TestServer.Missing;
}
