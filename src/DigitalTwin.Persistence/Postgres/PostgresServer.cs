using System.Data;
using System.Globalization;
using System.Text.RegularExpressions;
using DigitalTwin.Actors.Journals;
using Npgsql;

namespace DigitalTwin.Persistence.Postgres;

/// <summary>The sessions of one journal: all with the same bounds on time, some of them for reading only.</summary>
internal sealed partial class PostgresServer : IDisposable
{
    private const int Readers = 8;

    private readonly TimeSpan timeout;
    private readonly NpgsqlDataSource writers;
    private readonly NpgsqlDataSource readers;

    /// <exception cref="JournalRefusedException">The connection string or the schema's name is not one.</exception>
    public PostgresServer(PostgresJournalOptions options)
    {
        if (!SchemaName().IsMatch(options.Schema))
            throw new JournalRefusedException($"'{options.Schema}' is no name for the journal's schema: use lower-case letters, digits and underscores, a letter first.");
        timeout = options.Timeout;
        try
        {
            var given = new NpgsqlConnectionStringBuilder(options.ConnectionString);
            Name = string.Create(CultureInfo.InvariantCulture, $"database {given.Database ?? given.Username} at {given.Host}:{given.Port}, schema {options.Schema}");
            writers = NpgsqlDataSource.Create(Settings(given, options, ""));
            readers = NpgsqlDataSource.Create(Settings(given, options, " -c default_transaction_read_only=on"));
        }
        catch (ArgumentException wrong)
        {
            throw new JournalRefusedException(
                $"The connection string for PostgreSQL cannot be used: {wrong.Message} It reads Host=…;Port=5432;Database=…;Username=…;Password=….", wrong);
        }
    }

    /// <summary>For sentences; without the password.</summary>
    public string Name { get; }

    /// <summary>A session of its own, never shared or pooled.</summary>
    public NpgsqlConnection Connect() => writers.OpenConnection();

    /// <summary>A session that cannot write, for one caller for a while.</summary>
    public NpgsqlConnection ConnectToRead() => readers.OpenConnection();

    /// <summary>Runs on a pooled session that cannot write. A session that the server has dropped since its last use is replaced, once all of them.</summary>
    public T Read<T>(Func<NpgsqlConnection, T> read)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var connection = readers.OpenConnection();
                return read(connection);
            }
            catch (NpgsqlException lost) when (attempt == 1 && PostgresFailure.IsLost(lost))
            {
                readers.Clear();
            }
            catch (NpgsqlException failed)
            {
                throw new IOException(PostgresFailure.Sentence(failed, Name), failed);
            }
        }
    }

    public void Dispose()
    {
        readers.Dispose();
        writers.Dispose();
    }

    private string Settings(NpgsqlConnectionStringBuilder given, PostgresJournalOptions options, string more)
    {
        var bound = (long)timeout.TotalMilliseconds;
        // Whoever stands still inside a transaction is ended before those who wait for its locks give up.
        var idle = bound * 4 / 5;
        return new NpgsqlConnectionStringBuilder(given.ConnectionString)
        {
            SearchPath = options.Schema,
            Options = string.Create(CultureInfo.InvariantCulture,
                $"{given.Options} -c statement_timeout={bound} -c lock_timeout={bound} -c idle_in_transaction_session_timeout={idle} -c tcp_user_timeout={bound}{more}").Trim(),
            ApplicationName = given.ApplicationName ?? "digitaltwin",
            Timeout = Math.Max(1, (int)timeout.TotalSeconds),
            // The server's own bound comes first, and leaves the connection whole.
            CommandTimeout = Math.Max(1, (int)timeout.TotalSeconds) + 2,
            CancellationTimeout = 1000,
            Pooling = more.Length > 0,
            MaxPoolSize = Readers,
            MaxAutoPrepare = 20,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
            PersistSecurityInfo = false,
        }.ConnectionString;
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,62}$")]
    private static partial Regex SchemaName();
}
