using System.Globalization;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Persistence.Sqlite;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Persistence;

/// <summary>Checks every row of a journal and its end, reading only; may run beside the host that writes it.</summary>
public static class JournalVerifier
{
    public const int MaxFaults = 100;

    /// <exception cref="FileNotFoundException">There is no journal in the folder.</exception>
    public static JournalReport Verify(string folder)
    {
        var path = Path.Combine(folder, SqliteSchema.FileName);
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no journal in {folder}: {path} is missing.", path);

        // Before the first read: a running host may move both on, but never the witness ahead of the file.
        var seen = HeadWitness.Read(folder, out var exists);
        using var connection = SqliteSchema.OpenReader(folder);
        using var snapshot = connection.BeginTransaction(deferred: true);
        var check = new Check(seen?.Offset);
        try
        {
            check.Rows(connection);
            if (HeadCheck.Complaint(check.Head, seen, exists, _ => check.HashAtWitness) is { } complaint) check.Fault(null, null, complaint);
            check.Structure(connection);
        }
        catch (SqliteException unreadable)
        {
            check.Fault(null, null, $"the database is not readable after offset {check.Head.Offset}: {unreadable.Message}");
        }

        return check.Report();
    }

    private sealed class Check(long? witnessOffset)
    {
        private readonly EventChain chain = new();
        private readonly List<JournalFault> faults = [];
        private readonly Dictionary<string, long> sequences = [];
        private byte[] hash = JournalHead.Empty.Hash.ToArray();
        private long events;

        public JournalHead Head { get; private set; } = JournalHead.Empty;

        public ReadOnlyMemory<byte>? HashAtWitness { get; private set; }

        public void Fault(long? offset, string? entity, string what)
        {
            if (faults.Count < MaxFaults) faults.Add(new JournalFault(offset, entity, what));
        }

        public JournalReport Report() => new(
            events, sequences.Count, Head.Offset, Convert.ToHexStringLower(Head.Hash.Span), faults.Count == 0, faults);

        public void Rows(SqliteConnection connection)
        {
            using var statement = new Statement(
                connection.Handle!, $"SELECT {SqliteSchema.Columns}, prev, hash FROM events NOT INDEXED ORDER BY offset");
            while (statement.Step()) Row(statement);
        }

        /// <summary>An index that has come apart from its table hides rows from the reader of one entity.</summary>
        public void Structure(SqliteConnection connection)
        {
            var answer = SqliteSchema.Scalar(connection, "PRAGMA integrity_check(10)");
            if (answer != "ok") Fault(null, null, $"the database is damaged: {answer}");
        }

        private void Row(Statement statement)
        {
            var offset = statement.Integer(0);
            var entity = statement.Text(1);
            var seq = statement.Integer(2);
            if (offset != Head.Offset + 1)
            {
                Fault(offset, entity, string.Create(CultureInfo.InvariantCulture, $"offsets {Head.Offset + 1} to {offset - 1} are missing before it"));
            }

            chain.Load(offset, entity, seq, statement.Text(3), statement.Integer(4), statement.Integer(5), statement.Blob(6));
            var next = new byte[EventChain.HashSize];
            chain.Hash(hash, next);
            var stored = statement.Blob(9);
            if (chain.Crc != (ulong)statement.Integer(7))
            {
                Fault(offset, entity, $"event {seq} does not match its checksum");
                // What the row said is lost; its stored hash still links the rows after it.
                stored.CopyTo(next);
            }
            else if (!statement.Blob(8).SequenceEqual(hash)) Fault(offset, entity, $"event {seq} does not follow from the row before it");
            else if (!stored.SequenceEqual(next)) Fault(offset, entity, $"event {seq} does not match its hash");

            if (seq != sequences.GetValueOrDefault(entity) + 1)
            {
                Fault(offset, entity, $"event {seq} follows event {sequences.GetValueOrDefault(entity)} of the same entity");
            }

            sequences[entity] = seq;
            events++;
            hash = next;
            Head = new JournalHead(offset, hash);
            if (offset == witnessOffset) HashAtWitness = hash;
        }
    }
}
