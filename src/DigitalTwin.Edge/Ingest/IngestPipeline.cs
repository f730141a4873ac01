using System.Threading.Channels;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ledger;
using DigitalTwin.Edge.Link;

namespace DigitalTwin.Edge.Ingest;

/// <summary>
/// From the frames of one connection to acknowledgements. Three stages with bounded channels between them; a full channel holds back the
/// stage before it, and in the end the socket and the gateway's credit:
/// intake (validate, live table) → twins and loss ledger → historian → acknowledge.
/// </summary>
/// <remarks>
/// Twins and historian work at the same time on successive batches, but a batch goes to the historian only when the twins have journalled
/// it. So the sequence that the historian stores with the samples says of both that they hold everything up to it, and one number is enough
/// to resume from after any crash. The same holds for the ledger's entry of the batch, which counts from when the historian has stored it.
/// Each stage takes all that is waiting (up to <see cref="MostSamplesAtOnce"/>) in one go: the slower a disk, the larger the group commit.
/// </remarks>
internal sealed class IngestPipeline
{
    private const int FramesBetweenStages = 64;
    private const int BatchesBeforeHistorian = 2;
    private const int MostSamplesAtOnce = 131_072;

    /// <summary>Credit is given back in such pieces, or when nothing waits: a message for each frame would cost as much as taking it in.</summary>
    private const int CreditAtOnce = 4_096;

    private readonly Channel<Arrived> frames = Channel.CreateBounded<Arrived>(OneToOne(FramesBetweenStages));
    private readonly Channel<Taken> taken = Channel.CreateBounded<Taken>(OneToOne(FramesBetweenStages));
    private readonly Channel<Batch> journalled = Channel.CreateBounded<Batch>(OneToOne(BatchesBeforeHistorian));
    private readonly Tally tally;
    private readonly Intake intake;
    private readonly SampleStore store;
    private readonly ITwinInbox twins;
    private readonly LossLedger ledger;
    private readonly string bufferId;
    private readonly Func<Frame, CancellationToken, ValueTask> answer;

    /// <param name="answer">Sends a frame back to the gateway.</param>
    public IngestPipeline(
        Intake intake, SampleStore store, ITwinInbox twins, LossLedger ledger, string bufferId, Func<Frame, CancellationToken, ValueTask> answer)
    {
        (this.intake, this.store, this.twins, this.ledger, this.bufferId, this.answer) = (intake, store, twins, ledger, bufferId, answer);
        tally = new(bufferId);
    }

    /// <summary>Takes in one frame of samples, rows contiguous from <paramref name="first"/>; waits while the stages behind are full.</summary>
    /// <returns>False when the stages take no more.</returns>
    public ValueTask<bool> TryWriteAsync(SampleColumns samples, ulong first) => TryWriteAsync(new Arrived(samples, first, null));

    /// <summary>The same for what is left of thinned samples.</summary>
    public ValueTask<bool> TryWriteAsync(SampleColumns samples, Frame thinned) => TryWriteAsync(new Arrived(samples, 0, thinned));

    /// <summary>The same for a gap or the gateway's counts.</summary>
    public ValueTask<bool> TryWriteAsync(Frame frame) => TryWriteAsync(new Arrived(null, 0, frame));

    private async ValueTask<bool> TryWriteAsync(Arrived arrived)
    {
        while (await frames.Writer.WaitToWriteAsync())
            if (frames.Writer.TryWrite(arrived)) return true;
        return false;
    }

    /// <summary>No more frames: the stages finish what they hold.</summary>
    public void Complete() => frames.Writer.TryComplete();

    /// <summary>Runs until <see cref="Complete"/> and all is drained, or until a stage fails: its exception, and nothing after it is stored.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] stages = [Stage(TakeInAsync), Stage(TellTwinsAsync), Stage(StoreAsync)];
        await Task.WhenAll(stages);

        async Task Stage(Func<CancellationToken, Task> stage)
        {
            await Task.Yield();
            try
            {
                await stage(failed.Token);
            }
            catch
            {
                await failed.CancelAsync();
                frames.Writer.TryComplete();   // a waiting writer must not wait for ever
                throw;
            }
        }
    }

    private async Task TakeInAsync(CancellationToken cancellation)
    {
        var credit = 0;
        await foreach (var arrived in frames.Reader.ReadAllAsync(cancellation))
        {
            var rows = arrived.Samples?.Count ?? 0;
            await taken.Writer.WriteAsync(TakeIn(arrived), cancellation);
            credit += rows;
            if (credit == 0 || (credit < CreditAtOnce && frames.Reader.TryPeek(out _))) continue;
            await answer(new() { Credit = new() { Samples = (uint)credit } }, cancellation);
            credit = 0;
        }
        taken.Writer.Complete();
    }

    private Taken TakeIn(in Arrived arrived)
    {
        if (arrived.Samples is { } samples) return arrived.Other is { } thinned ? intake.Take(thinned.Thinned, samples) : intake.Take(samples, arrived.First);
        return arrived.Other!.BodyCase switch
        {
            Frame.BodyOneofCase.Gap => intake.Take(arrived.Other.Gap),
            Frame.BodyOneofCase.Counts => intake.Take(arrived.Other.Counts),
            var other => throw new MalformedFrameException($"{other} is nothing to take in"),
        };
    }

    private async Task TellTwinsAsync(CancellationToken cancellation)
    {
        await foreach (var batch in Batches(taken.Reader, cancellation))
        {
            var told = batch.Observations.Count > 0 ? twins.DeliverAsync(batch.Observations, cancellation) : Task.CompletedTask;
            ledger.Record(tally.Take());   // its disk sync runs beside the journal's
            await told;
            await journalled.Writer.WriteAsync(batch, cancellation);
        }
        journalled.Writer.Complete();
    }

    private async Task StoreAsync(CancellationToken cancellation)
    {
        await foreach (var batch in journalled.Reader.ReadAllAsync(cancellation))
        {
            if (batch.Highest > batch.Before) await store.Append(batch.Samples, bufferId, batch.Highest, cancellation);
            foreach (var samples in batch.Samples) ColumnPool.Return(samples);
            ledger.Confirm(bufferId, batch.Highest);
            await answer(new() { Ack = new() { Sequence = batch.Highest } }, cancellation);
        }
    }

    /// <summary>All that is waiting, together. The gateway's counts end a batch: they are of what came up to them.</summary>
    private async IAsyncEnumerable<Batch> Batches(
        ChannelReader<Taken> reader, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        while (await reader.WaitToReadAsync(cancellation))
        {
            var (samples, observations) = (new List<SampleColumns>(), new List<Observation>());
            var (count, before, highest) = (0, (ulong?)null, 0ul);
            while (count < MostSamplesAtOnce && reader.TryRead(out var part))
            {
                tally.Add(part);
                if (part.Marks is { } marks) samples.Add(marks);
                if (part.Samples is { } taken) samples.Add(taken);
                observations.AddRange(part.Observations);
                (count, before, highest) = (count + part.Count, before ?? part.Before, part.Highest);
                if (part.Facts is [LedgerFact.Told]) break;
            }
            if (before is { } from) yield return new(samples, observations, from, highest);
        }
    }

    /// <param name="Samples">Null for another frame than one of samples.</param>
    /// <param name="Other">Null for a frame of samples of which none are gone.</param>
    private readonly record struct Arrived(SampleColumns? Samples, ulong First, Frame? Other);

    /// <param name="Samples">In sequence order, marks of missing context among them.</param>
    private sealed record Batch(IReadOnlyList<SampleColumns> Samples, IReadOnlyList<Observation> Observations, ulong Before, ulong Highest);

    private static BoundedChannelOptions OneToOne(int capacity) => new(capacity) { SingleReader = true, SingleWriter = true };
}
