using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Edge.Ingest;

/// <summary>Stores samples durably.</summary>
/// <param name="samples">Of one gateway buffer, all in sequence order; not changed until the task ends, and used for others after that.</param>
/// <param name="bufferId">The gateway buffer they come from.</param>
/// <param name="highestSequence">Everything of that buffer up to here is dealt with once the task ends, gaps and rejected samples included.</param>
/// <returns>Ends when samples and sequence are synced to disk, in one transaction.</returns>
public delegate Task AppendSamples(IReadOnlyList<SampleColumns> samples, string bufferId, ulong highestSequence, CancellationToken cancellation);

/// <summary>Highest sequence stored for a gateway buffer; 0 for one never seen.</summary>
public delegate ulong StoredSequence(string bufferId);

/// <summary>Stores the content of a waveform or an image.</summary>
/// <param name="format">As the link names it; it fits the type of the signal.</param>
/// <returns>When it is synced to disk: the text that stands for it in history.</returns>
public delegate string KeepContent(SignalDefinition signal, DateTimeOffset sourceTime, string format, ReadOnlySpan<byte> content);

/// <summary>Where samples become history. Three functions, so that the historian need not know the link.</summary>
public sealed record SampleStore(AppendSamples Append, StoredSequence Stored, KeepContent Keep);

/// <summary>What a twin is told of the plant: a discrete value that changed, or that nothing was seen for a while.</summary>
public abstract record Observation
{
    private Observation() { }

    /// <summary>Value or quality differs from what was last delivered for this signal.</summary>
    /// <param name="PlantNow">The plant's clock as it was announced when the sample came; null while it is not.</param>
    public sealed record Reported(SignalDefinition Signal, Sample Sample, DateTimeOffset? PlantNow = null) : Observation;

    /// <summary>Samples of these signals are missing. Unknown signals are left out.</summary>
    public sealed record NotObserved(ObservationGap Gap, IReadOnlyList<SignalDefinition> Signals) : Observation;
}

/// <summary>The way to the twins.</summary>
/// <remarks>
/// Delivery is at least once. After a reconnect or a restart observations come again from the last stored sequence on, and the first
/// value of each discrete signal comes in any case: a report that is not newer (<see cref="SourceTimes"/>) than the newest one that a twin
/// has taken for the signal is late or a repeat. Calls of one gateway come one after the other, in sequence order.
/// </remarks>
public interface ITwinInbox
{
    /// <returns>Ends when all that follows from the observations is journalled.</returns>
    Task DeliverAsync(IReadOnlyList<Observation> observations, CancellationToken cancellation);
}
