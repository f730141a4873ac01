using System.Diagnostics;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using Npgsql;

namespace DigitalTwin.Persistence.Postgres;

/// <summary>
/// The journal in a PostgreSQL database that any number of processes share: one log, moved on by whoever finds its head where they left it, and under
/// a lock by whoever does not. Rows carry a checksum and a hash chain, and each process may keep the head outside the database too.
/// </summary>
/// <remarks>
/// When the connection breaks on a commit, nobody knows whether it was stored. The journal then connects anew, locks the head, and looks: its events are
/// there or they are not, and whatever the lost session still may send finds the head moved.
/// </remarks>
public sealed class PostgresJournal : IJournal, IDisposable
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly PostgresJournalOptions options;
    private readonly PostgresServer server;
    private readonly HeadWitness? witness;
    private readonly PostgresBatch rows = new();
    private readonly Dictionary<EntityId, long> sequences = [];
    private PostgresWriter? writer;
    private PostgresHead known;
    private string? failure;

    private PostgresJournal(PostgresJournalOptions options, PostgresServer server, PostgresWriter writer, PostgresHead known)
    {
        this.options = options;
        this.server = server;
        this.writer = writer;
        this.known = known;
        if (options.WitnessFolder is null) return;
        witness = new HeadWitness(options.WitnessFolder);
        witness.Begin(known.Offset, known.Hash.Span);
    }

    public bool Shared => true;

    /// <summary>Asks the database: other processes append too.</summary>
    public JournalHead Head => server.Read(PostgresReader.Head);

    /// <summary>Opens or creates the journal of a plant.</summary>
    /// <exception cref="JournalRefusedException">The server is away or refuses, it would not be durable, it is another plant's, or events are missing.</exception>
    public static PostgresJournal Open(PostgresJournalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var server = new PostgresServer(options);
        NpgsqlConnection? connection = null;
        try
        {
            connection = server.Connect();
            PostgresSchema.Prepare(connection, options, server.Name);
            var head = PostgresHeadCheck.Verify(connection, options, server.Name);
            return new PostgresJournal(options, server, new PostgresWriter(connection), head);
        }
        catch (Exception failed)
        {
            connection?.Dispose();
            server.Dispose();
            if (failed is NpgsqlException refused) throw new JournalRefusedException(PostgresFailure.Sentence(refused, server.Name), refused);
            throw;
        }
    }

    public DateTimeOffset Append(ReadOnlySpan<Append> batch, DateTimeOffset recorded, Span<AppendResult> results)
    {
        if (failure is not null) throw new IOException(failure);
        var time = Microseconds.Of(recorded);
        var waiting = new Patience();
        // Whether a commit has been sent whose outcome is not known.
        var sent = false;
        while (true)
        {
            try
            {
                var session = Session();
                if (sent || !TryAlone(session, batch, time, results, ref sent)) UnderLock(session, batch, time, results, ref sent);
                return Microseconds.From(Math.Max(time, known.Recorded));
            }
            catch (NpgsqlException error)
            {
                var lost = PostgresFailure.IsLost(error);
                if (lost) Disconnect();
                else Undo();
                if ((lost || sent || PostgresFailure.IsConflict(error)) && waiting.Pause(sent ? options.ReconnectWithin : options.Timeout)) continue;
                var why = PostgresFailure.Sentence(error, server.Name);
                if (sent) throw Fail($"{why} Whether the last events are stored is not known.", error);
                if (PostgresFailure.IsFull(error)) throw new JournalFullException(why, error);
                results[..batch.Length].Fill(new AppendResult(AppendStatus.NotStored, 0, why));
                return recorded;
            }
        }
    }

    public LeaseAnswer Acquire(ShardId shard, string owner, TimeSpan timeToLive) => Again(connection => PostgresLeases.Acquire(connection, shard, owner, timeToLive));

    public bool Renew(Lease lease) => Again(connection => PostgresLeases.Renew(connection, lease));

    public void Release(Lease lease) => Again(connection =>
    {
        PostgresLeases.Release(connection, lease);
        return true;
    });

    public IReadOnlyList<LeaseStatus> Leases() => server.Read(PostgresReader.Leases);

    public IReadOnlyList<StoredEvent> ReadEntity(EntityId entity, long afterSeq, int limit) =>
        server.Read(connection => PostgresReader.Entity(connection, entity, afterSeq, limit));

    public IReadOnlyList<StoredEvent> ReadAll(long afterOffset, int limit) => server.Read(connection => PostgresReader.All(connection, afterOffset, limit));

    public IReadOnlyList<StoredEvent> Find(EventQuery query) => server.Read(connection => PostgresReader.Find(connection, query));

    public int CountEntities() => server.Read(PostgresReader.CountEntities);

    public IReadOnlyList<PendingWake> Wakes() => server.Read(PostgresReader.Wakes);

    public void Dispose()
    {
        writer?.Dispose();
        witness?.Dispose();
        server.Dispose();
    }

    /// <summary>One round trip, supposing that nobody else has appended and that every lease holds. False: look closer.</summary>
    private bool TryAlone(PostgresWriter session, ReadOnlySpan<Append> batch, long recorded, Span<AppendResult> results, ref bool sent)
    {
        LearnSequences(session, batch);
        rows.Build(batch, known, recorded, sequences, held: null, results);
        if (rows.Doubtful || rows.Count == 0) return false;
        var stored = Send(session.TryCommit, ref sent);
        if (stored) Committed();
        return stored;
    }

    /// <summary>With the leases and the head locked: nobody else can append meanwhile, and what was sent before is stored or never will be.</summary>
    private void UnderLock(PostgresWriter session, ReadOnlySpan<Append> batch, long recorded, Span<AppendResult> results, ref bool sent)
    {
        var shards = new HashSet<string>();
        foreach (var append in batch) shards.Add(append.Lease.Shard.Value);
        var after = rows.After;
        var view = session.Lock(shards, known.Offset, known.Offset, after.Offset);
        CheckContinues(view);
        if (sent && view.Hashes.TryGetValue(after.Offset, out var stored) && after.Hash.Span.SequenceEqual(stored))
        {
            session.Rollback();
            Committed();
            return;
        }

        sent = false;
        Follow(view);
        LearnSequences(session, batch);
        rows.Build(batch, known, recorded, sequences, view.Epochs, results);
        if (rows.Count == 0)
        {
            session.Rollback();
            return;
        }

        Send(session.Commit, ref sent);
        Committed();
    }

    /// <summary>Whether it is stored stays open only when no answer comes: where the server refuses, the transaction is undone.</summary>
    private bool Send(Func<PostgresBatch, bool> commit, ref bool sent)
    {
        sent = true;
        try
        {
            var stored = commit(rows);
            sent = false;
            return stored;
        }
        catch (NpgsqlException refused) when (!PostgresFailure.IsLost(refused))
        {
            sent = false;
            throw;
        }
    }

    /// <summary>Takes in what other processes have appended.</summary>
    private void Follow(LockedView view)
    {
        if (view.Head.Offset > known.Offset + PostgresWriter.CatchUp) sequences.Clear();
        else foreach (var (entity, seq) in view.Moved) sequences[entity] = seq;
        known = view.Head;
    }

    /// <summary>The last commit that this process knows of must still be there: a standby that has taken over may lack it.</summary>
    private void CheckContinues(LockedView view)
    {
        if (known.Offset == 0 || (view.Hashes.TryGetValue(known.Offset, out var hash) && known.Hash.Span.SequenceEqual(hash))) return;
        throw Fail(
            $"The database has lost acknowledged events ({server.Name}): this process has seen offset {known.Offset}, and the database ends at {view.Head.Offset} or holds another event there. Was an old copy restored, or a standby promoted that lagged behind?");
    }

    private void LearnSequences(PostgresWriter session, ReadOnlySpan<Append> batch)
    {
        HashSet<EntityId>? unknown = null;
        foreach (var append in batch)
        {
            if (!sequences.ContainsKey(append.Entity)) (unknown ??= []).Add(append.Entity);
        }

        if (unknown is null) return;
        foreach (var (entity, seq) in session.NewestSequences(unknown.Where(entity => PostgresBatch.IsText(entity.Value)))) sequences[entity] = seq;
    }

    /// <summary>The batch is durable by now: what fails here stops the next append, not this one.</summary>
    private void Committed()
    {
        known = rows.After;
        foreach (var (entity, seq) in rows.Sequences) sequences[entity] = seq;
        try
        {
            witness?.Write(known.Offset, known.Hash.Span);
        }
        catch (IOException unwritable)
        {
            failure = unwritable.Message;
        }
    }

    private T Again<T>(Func<NpgsqlConnection, T> run)
    {
        for (var waiting = new Patience(); ;)
        {
            try
            {
                return run(Session().Connection);
            }
            catch (NpgsqlException failed)
            {
                var lost = PostgresFailure.IsLost(failed);
                if (lost) Disconnect();
                if (!(lost || PostgresFailure.IsConflict(failed)) || !waiting.Pause(options.Timeout))
                    throw new IOException(PostgresFailure.Sentence(failed, server.Name), failed);
            }
        }
    }

    private PostgresWriter Session()
    {
        if (writer is not null) return writer;
        var connection = server.Connect();
        try
        {
            return writer = new PostgresWriter(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Disconnect()
    {
        sequences.Clear();
        var broken = writer;
        writer = null;
        broken?.Dispose();
    }

    /// <summary>After the server has refused a statement: its transaction is undone, and nothing is taken for known but the last commit.</summary>
    private void Undo()
    {
        sequences.Clear();
        try
        {
            writer?.Rollback();
        }
        catch (NpgsqlException)
        {
            Disconnect();
        }
    }

    private IOException Fail(string why, Exception? inner = null)
    {
        failure = why;
        return new IOException(why, inner);
    }

    /// <summary>Waits longer each time, from the first failure on.</summary>
    private sealed class Patience
    {
        private long since;
        private TimeSpan pause = ShortestPause;

        /// <summary>False: the time is over.</summary>
        public bool Pause(TimeSpan atMost)
        {
            if (since == 0) since = Stopwatch.GetTimestamp();
            if (Stopwatch.GetElapsedTime(since) + pause > atMost) return false;
            Thread.Sleep(pause);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            return true;
        }
    }
}
