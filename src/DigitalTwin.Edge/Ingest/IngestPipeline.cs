using System.Buffers;
using System.Threading.Channels;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ledger;
using DigitalTwin.Edge.Link;

namespace DigitalTwin.Edge.Ingest;

/// <summary>
/// From the frames of one connection to acknowledgements. Three stages with bounded channels between them; a full channel holds back the
/// stage before it, and in the end the socket and the gateway's credit:
/// intake (decode, validate, live table) → twins and loss ledger → historian → acknowledge.
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

    private readonly Channel<Frame> frames = Channel.CreateBounded<Frame>(OneToOne(FramesBetweenStages));
    private readonly Channel<Taken> taken = Channel.CreateBounded<Taken>(OneToOne(FramesBetweenStages));
    private readonly Channel<Taken> journalled = Channel.CreateBounded<Taken>(OneToOne(BatchesBeforeHistorian));
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

    /// <summary>Takes in one frame of samples, a gap or the gateway's counts; waits while the stages behind are full.</summary>
    /// <returns>False when the stages take no more.</returns>
    public async ValueTask<bool> TryWriteAsync(Frame frame)
    {
        while (await frames.Writer.WaitToWriteAsync())
            if (frames.Writer.TryWrite(frame)) return true;
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
        await foreach (var frame in frames.Reader.ReadAllAsync(cancellation))
        {
            var result = frame.BodyCase switch
            {
                Frame.BodyOneofCase.Gap => intake.Take(frame.Gap),
                Frame.BodyOneofCase.Counts => intake.Take(frame.Counts),
                _ => intake.Take(frame.Samples),
            };
            await taken.Writer.WriteAsync(result, cancellation);
            if (frame.BodyCase == Frame.BodyOneofCase.Samples)
                await answer(new() { Credit = new() { Samples = (uint)frame.Samples.Signal.Count } }, cancellation);
        }
        taken.Writer.Complete();
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
            if (batch.Highest > batch.Before) await store.Append(batch.Samples.AsMemory(0, batch.Count), bufferId, batch.Highest, cancellation);
            batch.Return();
            ledger.Confirm(bufferId, batch.Highest);
            await answer(new() { Ack = new() { Sequence = batch.Highest } }, cancellation);
        }
    }

    /// <summary>All that is waiting, together. The gateway's counts end a batch: they are of what came up to them.</summary>
    private async IAsyncEnumerable<Taken> Batches(
        ChannelReader<Taken> reader, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var parts = new List<Taken>();
        while (await reader.WaitToReadAsync(cancellation))
        {
            parts.Clear();
            var count = 0;
            while (count < MostSamplesAtOnce && reader.TryRead(out var part))
            {
                parts.Add(part);
                count += part.Count;
                tally.Add(part);
                if (part.Facts is [LedgerFact.Told]) break;
            }
            yield return parts is [{ Marks.Count: 0 }] ? parts[0] : Joined(parts, count + parts.Sum(part => part.Marks.Count));
        }
    }

    private static Taken Joined(List<Taken> parts, int count)
    {
        var samples = ArrayPool<Sample>.Shared.Rent(count);
        var at = 0;
        foreach (var part in parts)
        {
            foreach (var mark in part.Marks) samples[at++] = mark;
            part.Samples.AsSpan(0, part.Count).CopyTo(samples.AsSpan(at));
            at += part.Count;
            part.Return();
        }
        return new(samples, [], count, [.. parts.SelectMany(part => part.Observations)], [], parts[0].Before, parts[^1].Highest);
    }

    private static BoundedChannelOptions OneToOne(int capacity) => new(capacity) { SingleReader = true, SingleWriter = true };
}
