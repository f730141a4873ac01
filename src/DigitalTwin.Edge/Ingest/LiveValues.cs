using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Edge.Ingest;

/// <summary>The newest sample of a signal as seen now.</summary>
/// <param name="Sample">Null when none was ever seen.</param>
/// <param name="Age">Monotonic wall time since receipt; null when this process has not received it.</param>
/// <param name="Version">Grows with each change of any signal; see <see cref="LiveValues.ChangedSince"/>.</param>
public sealed record LiveValue(SignalDefinition Signal, Sample? Sample, TimeSpan? Age, TimeSpan StaleAfter, ShownQuality Quality, long Version);

/// <summary>How much of the plant is seen: <paramref name="Fresh"/> + <paramref name="Stale"/> + <paramref name="Bad"/> = <paramref name="Signals"/>.</summary>
/// <param name="Stale">Too old, or never seen.</param>
public sealed record Freshness(int Signals, int Fresh, int Stale, int Bad);

/// <summary>
/// The newest sample of every signal. Any thread may read without a lock: a slot counts its writes, and who has read across one reads again.
/// </summary>
public sealed class LiveValues
{
    private readonly Slot[] slots;
    private readonly Dictionary<string, Slot> byId;
    private readonly PlantClock clock;
    private readonly TimeProvider time;
    private readonly Lock writing = new();
    private long version;
    private TaskCompletionSource changed = NewSignal();
    private long telemetrySampling, diagnosticSampling;   // ticks of wall time

    public LiveValues(IEnumerable<SignalDefinition> signals, PlantClock clock, TimeProvider time)
    {
        slots = [.. signals.Select(signal => new Slot(signal))];
        byId = slots.ToDictionary(slot => slot.Signal.Id);
        this.clock = clock;
        this.time = time;
    }

    public int Count => slots.Length;

    /// <summary>Version of the newest change.</summary>
    public long Version => Volatile.Read(ref version);

    /// <summary>All signals, in the order of the plant definition.</summary>
    public IEnumerable<LiveValue> All => slots.Select(View);

    /// <returns>Null for a signal that the plant definition does not name.</returns>
    public LiveValue? Find(string signalId) => byId.TryGetValue(signalId, out var slot) ? View(slot) : null;

    /// <summary>Those of <paramref name="signalIds"/> that were refreshed after <paramref name="since"/>; read <see cref="Version"/> before, for the next call.</summary>
    public IEnumerable<LiveValue> ChangedSince(long since, IEnumerable<string> signalIds)
    {
        foreach (var id in signalIds)
            if (byId.TryGetValue(id, out var slot) && slot.Version > since) yield return View(slot);
    }

    /// <summary>Ends as soon as something has changed after <paramref name="since"/>.</summary>
    public Task WaitForChangeAsync(long since, CancellationToken cancellation)
    {
        var next = Volatile.Read(ref changed).Task;   // before the version: a change in between completes it
        return Version > since ? Task.CompletedTask : next.WaitAsync(cancellation);
    }

    public Freshness Freshness()
    {
        var (fresh, stale, bad) = (0, 0, 0);
        foreach (var slot in slots)
        {
            switch (View(slot).Quality)
            {
                case ShownQuality.Stale: stale++; break;
                case ShownQuality.Bad: bad++; break;
                default: fresh++; break;
            }
        }
        return new(slots.Length, fresh, stale, bad);
    }

    /// <summary>Fills the table from history after a restart: known, but stale until the plant is heard again.</summary>
    public void Restore(IEnumerable<Sample> newest)
    {
        using var writer = BeginWrite();
        foreach (var sample in newest)
            if (byId.TryGetValue(sample.Signal, out var slot) && slot.Version == 0)
            {
                slot.StoredTime = SampleColumns.MicrosOf(sample.SourceTime);
                slot.Write(slot.StoredTime, SampleColumns.MicrosOf(sample.ServerTime), sample.Number, sample.Text, sample.StatusCode, sample.Sequence, NotReceived, writer.Version);
            }
    }

    /// <summary>The gateway has the servers sample signals of these classes so slowly now: what comes late because of that is not stale.</summary>
    /// <param name="telemetry">Wall time; zero where they are as the plant definition has them.</param>
    internal void Ease(TimeSpan telemetry, TimeSpan diagnostic)
    {
        Volatile.Write(ref telemetrySampling, telemetry.Ticks);
        Volatile.Write(ref diagnosticSampling, diagnostic.Ticks);
    }

    internal Slot? FindSlot(string signalId) => byId.GetValueOrDefault(signalId);

    /// <summary>One batch is written at a time; dispose to let waiters know.</summary>
    internal Writer BeginWrite() => new(this);

    private LiveValue View(Slot slot)
    {
        var staleAfter = Staleness.StaleAfter(slot.Signal.Period, clock.Speed, Sampling(slot.Signal.Class));
        if (slot.Read() is not { } newest) return new(slot.Signal, null, null, staleAfter, ShownQuality.Stale, 0);
        TimeSpan? age = newest.ReceivedAt == NotReceived ? null : time.GetElapsedTime(newest.ReceivedAt);
        return new(slot.Signal, newest.Sample, age, staleAfter, Staleness.Shown(newest.Sample.Quality, age, staleAfter), newest.Version);
    }

    private TimeSpan Sampling(SignalClass signalClass) => new(signalClass switch
    {
        SignalClass.Telemetry => Volatile.Read(ref telemetrySampling),
        SignalClass.Diagnostic => Volatile.Read(ref diagnosticSampling),
        _ => 0,
    });

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Read from history: when it was received is not known.</summary>
    private const long NotReceived = long.MinValue;

    /// <summary>No sample of the signal has come in its order yet.</summary>
    internal const long NotStored = long.MinValue;

    /// <summary>Sequences start at 1; what is shown ahead of its order has none yet.</summary>
    private const ulong Unnumbered = 0;

    /// <summary>One signal. Written under the table's lock, read without: a reader that a write has overtaken reads once more.</summary>
    internal sealed class Slot(SignalDefinition signal)
    {
        private int writes;   // odd while one is under way
        private long sourceTime, serverTime, receivedAt, version;
        private double number;
        private string? text;
        private uint status;
        private ulong sequence;

        public SignalDefinition Signal => signal;

        /// <summary>Of the newest change; 0 before the first.</summary>
        public long Version => Volatile.Read(ref version);

        /// <summary>Microseconds since 1970 of what is shown; for the writer alone.</summary>
        public long SourceTime => sourceTime;

        /// <summary>
        /// The same of the newest sample that came in its order, which may be behind what is shown; <see cref="NotStored"/> before the first. What is late
        /// is judged by it.
        /// </summary>
        public long StoredTime { get; set; } = NotStored;

        /// <summary>What is shown has come ahead of its order.</summary>
        public bool IsAhead { get; set; }

        /// <summary>By this process, not read from history.</summary>
        public bool IsReceived => Version != 0 && receivedAt != NotReceived;

        /// <summary>Whether a sample is the one that is shown.</summary>
        public bool Shows(long source, double value, string? says, uint code) =>
            (sourceTime, status) == (source, code) && number.Equals(value) && text == says;

        /// <summary>What is shown ahead has come in its order too: it is no news, and was received when it was.</summary>
        public void CatchUp(ulong at) => Write(sourceTime, serverTime, number, text, status, at, receivedAt, version);

        public void Write(long source, long server, double value, string? says, uint code, ulong at, long received, long changed)
        {
            Interlocked.Increment(ref writes);   // a full fence: nothing below is seen before it
            (sourceTime, serverTime, number, text) = (source, server, value, says);
            (status, sequence, receivedAt) = (code, at, received);
            Volatile.Write(ref version, changed);
            Volatile.Write(ref writes, unchecked(writes + 1));
        }

        /// <returns>Null before the first sample.</returns>
        public (Sample Sample, long ReceivedAt, long Version)? Read()
        {
            var spin = new SpinWait();
            while (true)
            {
                var before = Volatile.Read(ref writes);
                if (before == 0) return null;
                var read = (Number: number, Text: text, Status: status, Source: sourceTime, Server: serverTime, Sequence: sequence, Received: receivedAt, Version: version);
                Interlocked.MemoryBarrier();   // nothing above is read after what follows
                if ((before & 1) == 0 && Volatile.Read(ref writes) == before)
                    return (new(signal.Id, read.Number, read.Text, read.Status, SampleColumns.TimeOf(read.Source), SampleColumns.TimeOf(read.Server), read.Sequence), read.Received, read.Version);
                spin.SpinOnce();
            }
        }
    }

    internal readonly ref struct Writer
    {
        private readonly LiveValues owner;
        private readonly long receivedAt;
        private readonly DateTimeOffset? plantNow;

        public Writer(LiveValues owner)
        {
            this.owner = owner;
            owner.writing.Enter();
            Version = owner.version + 1;
            receivedAt = owner.time.GetTimestamp();
            plantNow = owner.clock.Running;
        }

        public long Version { get; }

        public DateTimeOffset WallNow => owner.time.GetUtcNow();

        /// <summary>A sample in its order. It is shown unless a newer one is shown already.</summary>
        /// <returns>False when a newer one has come in its order before: it is late.</returns>
        public bool Offer(Slot slot, long sourceTime, long serverTime, double number, string? text, uint status, ulong sequence)
        {
            if (sourceTime < slot.StoredTime && !SampleRules.Supersedes(sourceTime, slot.StoredTime, plantNow)) return false;
            slot.StoredTime = sourceTime;
            // Of two at the same time the one that came ahead is the later one, until it has come in its order too.
            // Where the plant was set up anew, the rest of the backlog is of its life before, and no news beside what came ahead.
            if (!slot.IsAhead || (sourceTime != slot.SourceTime && SampleRules.Supersedes(sourceTime, slot.SourceTime, plantNow)
                && !SourceTimes.SetBack(SampleColumns.TimeOf(sourceTime), SampleColumns.TimeOf(slot.SourceTime), plantNow)))
            {
                slot.Write(sourceTime, serverTime, number, text, status, sequence, receivedAt, Version);
                slot.IsAhead = false;
            }
            else if (slot.Shows(sourceTime, number, text, status))
            {
                slot.CatchUp(sequence);
                slot.IsAhead = false;
            }
            return true;
        }

        /// <summary>A sample ahead of its order: it is shown unless a newer one is.</summary>
        /// <param name="age">How long ago it was received, at the other end of the link.</param>
        public void OfferAhead(Slot slot, long sourceTime, long serverTime, double number, string? text, uint status, TimeSpan age)
        {
            if (slot.Version != 0 && !SampleRules.Supersedes(sourceTime, slot.SourceTime, plantNow)) return;
            if (slot.IsReceived && slot.Shows(sourceTime, number, text, status)) return;
            slot.Write(sourceTime, serverTime, number, text, status, Unnumbered, receivedAt - (long)(age.TotalSeconds * owner.time.TimestampFrequency), Version);
            slot.IsAhead = true;
        }

        public void Dispose()
        {
            Volatile.Write(ref owner.version, Version);
            var waiting = Interlocked.Exchange(ref owner.changed, NewSignal());
            owner.writing.Exit();
            waiting.SetResult();
        }
    }
}
