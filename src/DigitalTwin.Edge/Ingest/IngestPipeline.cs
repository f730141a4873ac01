using System.Buffers;
using System.Threading.Channels;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Link;

namespace DigitalTwin.Edge.Ingest;

/// <summary>
/// From the frames of one connection to acknowledgements. Three stages with bounded channels between them; a full channel holds back the
/// stage before it, and in the end the socket and the gateway's credit:
/// intake (decode, validate, live table) → twins → historian → acknowledge.
/// </summary>
/// <remarks>
/// Twins and historian work at the same time on successive batches, but a batch goes to the historian only when the twins have journalled
/// it. So the sequence that the historian stores with the samples says of both that they hold everything up to it, and one number is enough
/// to resume from after any crash.
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
    private readonly Intake intake;
    private readonly SampleStore store;
    private readonly ITwinInbox twins;
    private readonly string bufferId;
    private readonly Func<Frame, CancellationToken, ValueTask> answer;

    /// <param name="answer">Sends a frame back to the gateway.</param>
    public IngestPipeline(
        Intake intake, SampleStore store, ITwinInbox twins, string bufferId, Func<Frame, CancellationToken, ValueTask> answer) =>
        (this.intake, this.store, this.twins, this.bufferId, this.answer) = (intake, store, twins, bufferId, answer);

    /// <summary>Takes in one frame of samples or a gap; waits while the stages behind are full.</summary>
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
            var result = frame.BodyCase == Frame.BodyOneofCase.Gap ? intake.Take(frame.Gap) : intake.Take(frame.Samples);
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
            if (batch.Observations.Count > 0) await twins.DeliverAsync(batch.Observations, cancellation);
            await journalled.Writer.WriteAsync(batch, cancellation);
        }
        journalled.Writer.Complete();
    }

    private async Task StoreAsync(CancellationToken cancellation)
    {
        await foreach (var batch in journalled.Reader.ReadAllAsync(cancellation))
        {
            await store.Append(batch.Samples.AsMemory(0, batch.Count), bufferId, batch.Highest, cancellation);
            batch.Return();
            await answer(new() { Ack = new() { Sequence = batch.Highest } }, cancellation);
        }
    }

    private static async IAsyncEnumerable<Taken> Batches(
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
            }
            yield return parts.Count == 1 ? parts[0] : Joined(parts, count);
        }
    }

    private static Taken Joined(List<Taken> parts, int count)
    {
        var samples = ArrayPool<Sample>.Shared.Rent(count);
        var at = 0;
        foreach (var part in parts)
        {
            part.Samples.AsSpan(0, part.Count).CopyTo(samples.AsSpan(at));
            at += part.Count;
            part.Return();
        }
        return new(samples, count, [.. parts.SelectMany(part => part.Observations)], parts[^1].Highest);
    }

    private static BoundedChannelOptions OneToOne(int capacity) => new(capacity) { SingleReader = true, SingleWriter = true };
}
