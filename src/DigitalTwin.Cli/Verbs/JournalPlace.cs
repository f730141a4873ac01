using System.CommandLine;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Persistence;
using DigitalTwin.Persistence.Backups;
using DigitalTwin.Persistence.Postgres;
using DigitalTwin.Persistence.Sqlite;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace DigitalTwin.Cli.Verbs;

/// <summary>Where a journal is that needs no host to be looked at: in a host's data folder, or in PostgreSQL.</summary>
internal sealed class JournalPlace
{
    private readonly Option<DirectoryInfo?> data = new("--data") { Description = "The host's data folder; without it and --postgres: ./data", HelpName = "DIR" };
    private readonly Option<string?> postgres = new("--postgres") { Description = "The journal in PostgreSQL, as a connection string: Host=…;Database=…;Username=…", HelpName = "CONN" };

    public void AddTo(Command verb)
    {
        verb.Add(data);
        verb.Add(postgres);
        verb.Validators.Add(result =>
        {
            if (result.GetResult(data) is not null && result.GetResult(postgres) is not null) result.AddError("A journal is in one place: give --data or --postgres, not both.");
        });
    }

    /// <summary>For what is of folders only.</summary>
    public void AddFolderTo(Command verb) => verb.Add(data);

    public bool IsGiven(ParseResult parsed) => parsed.GetValue(data) is not null || parsed.GetValue(postgres) is not null;

    public JournalReport Verify(ParseResult parsed) =>
        Server(parsed) is { } server ? PostgresVerifier.Verify(server) : JournalVerifier.Verify(Folder(parsed));

    public IJournalMoment Open(ParseResult parsed) =>
        Server(parsed) is { } server ? PostgresMoment.Open(server) : SqliteMoment.Open(Folder(parsed));

    public IJournalTarget Empty(ParseResult parsed) =>
        Server(parsed) is { } server ? new PostgresRestore(server) : new SqliteRestore(Folder(parsed));

    /// <summary>For people; without the password.</summary>
    public string Name(ParseResult parsed) => Server(parsed) is not null ? "PostgreSQL" : Folder(parsed);

    /// <summary>Runs what looks at a journal, and says what went wrong as a problem with the exit code that belongs to it.</summary>
    public static T Guard<T>(string title, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (FileNotFoundException missing) when (Path.GetFileName(missing.FileName) == "journal.db")
        {
            throw new ProblemException(Problem.NotFound($"{missing.Message} Name the host's data folder with --data DIR."));
        }
        catch (JournalRefusedException away) when (away.InnerException is NpgsqlException and not PostgresException)
        {
            throw new ProblemException(new Problem("UNREACHABLE", title, away.Message));
        }
        catch (OperationCanceledException)
        {
            throw new ProblemException(Problem.Broken(title, "It was stopped before its end; nothing of it was left."));
        }
        catch (Exception failed) when (failed is JournalRefusedException or IOException or UnauthorizedAccessException or SqliteException)
        {
            throw new ProblemException(Problem.Broken(title, failed.Message));
        }
    }

    public string Folder(ParseResult parsed) => Path.Combine(parsed.GetValue(data)?.FullName ?? Path.GetFullPath("data"), "journal");

    // Whose journal it is, the journal says.
    private PostgresJournalOptions? Server(ParseResult parsed) => parsed.GetValue(postgres) is { } connection ? new PostgresJournalOptions(connection, "") : null;
}
