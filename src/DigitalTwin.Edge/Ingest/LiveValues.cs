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
/// The newest sample of every signal. Any thread may read without a lock: a slot holds one immutable value that is replaced as a whole.
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
            if (byId.TryGetValue(id, out var slot) && slot.Newest is { } newest && newest.Version > since) yield return View(slot);
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
            if (byId.TryGetValue(sample.Signal, out var slot) && slot.Newest is null) slot.Newest = new(sample, ReceivedAt: null, writer.Version);
    }

    internal Slot? FindSlot(string signalId) => byId.GetValueOrDefault(signalId);

    /// <summary>One batch is written at a time; dispose to let waiters know.</summary>
    internal Writer BeginWrite() => new(this);

    private LiveValue View(Slot slot)
    {
        var staleAfter = Staleness.StaleAfter(slot.Signal.Period, clock.Speed);
        if (slot.Newest is not { } newest) return new(slot.Signal, null, null, staleAfter, ShownQuality.Stale, 0);
        TimeSpan? age = newest.ReceivedAt is { } at ? time.GetElapsedTime(at) : null;
        return new(slot.Signal, newest.Sample, age, staleAfter, Staleness.Shown(newest.Sample.Quality, age, staleAfter), newest.Version);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal sealed class Slot(SignalDefinition signal)
    {
        private volatile Newest? newest;

        public SignalDefinition Signal { get; } = signal;
        public Newest? Newest { get => newest; set => newest = value; }
    }

    /// <param name="ReceivedAt">Monotonic time stamp; null when read from history.</param>
    internal sealed record Newest(Sample Sample, long? ReceivedAt, long Version);

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

        /// <returns>False when a newer sample is there already.</returns>
        public bool Offer(Slot slot, in Sample sample)
        {
            if (slot.Newest is { } current && !SampleRules.Supersedes(sample.SourceTime, current.Sample.SourceTime, plantNow)) return false;
            slot.Newest = new(sample, receivedAt, Version);
            return true;
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
