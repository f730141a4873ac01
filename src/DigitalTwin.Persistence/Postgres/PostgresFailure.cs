using System.Net.Sockets;
using Npgsql;

namespace DigitalTwin.Persistence.Postgres;

/// <summary>What an error of PostgreSQL means for what was sent, and what a person can do about it.</summary>
internal static class PostgresFailure
{
    /// <summary>The connection is gone, or the server is about to end it: whether the last transaction was committed is not known.</summary>
    public static bool IsLost(NpgsqlException failure) =>
        failure is not PostgresException said || said.InvariantSeverity is not "ERROR" || said.SqlState.StartsWith("57P", StringComparison.Ordinal);

    public static bool IsFull(NpgsqlException failure) => failure is PostgresException { SqlState: PostgresErrorCodes.DiskFull };

    /// <summary>Another transaction was in the way; the same again may succeed.</summary>
    public static bool IsConflict(NpgsqlException failure) =>
        failure is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UniqueViolation };

    public static string Sentence(NpgsqlException failure, string where) => failure switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } refused =>
            $"PostgreSQL does not let this program in ({where}): {refused.MessageText}. Check Username and Password of the connection string, and pg_hba.conf.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } missing =>
            $"PostgreSQL has no such database ({where}): {missing.MessageText}. Create it with `createdb`, or name another one.",
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } denied =>
            $"The database role lacks a right ({where}): {denied.MessageText}. Grant it CREATE on the database once, or ownership of the schema and its tables.",
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } =>
            $"The database takes no writes ({where}): it is a standby, or set to read only. Connect to the primary.",
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } =>
            $"PostgreSQL has no connection left ({where}). Raise max_connections, or end programs that hold idle ones.",
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } full =>
            $"The database's disk is full ({where}): {full.MessageText}. Free some space; appends then go on.",
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable } slow =>
            $"The database did not answer in time ({where}): {slow.MessageText}. Look for long transactions in pg_stat_activity.",
        PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow } starting =>
            $"PostgreSQL is not ready ({where}): {starting.MessageText}. Wait until it has started.",
        PostgresException other => $"PostgreSQL refuses ({where}): {other.MessageText} (SQLSTATE {other.SqlState}).",
        { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound } } =>
            $"The host name of the PostgreSQL server is not known ({where}). Check Host in the connection string.",
        { InnerException: SocketException or TimeoutException } =>
            $"The PostgreSQL server does not answer ({where}): {failure.InnerException!.Message}. Start it, or check Host and Port.",
        _ => $"The connection to PostgreSQL is lost ({where}): {failure.InnerException?.Message ?? failure.Message}.",
    };
}
