using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Edge.Ledger;
using DigitalTwin.Edge.Link;

namespace DigitalTwin.Edge.Tests.Ingest;

public sealed class IngestPipelineTests : ITwinInbox, IDisposable
{
    private const int Frames = 2_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder folder = new();
    private readonly LossLedger ledger;
    private readonly TaskCompletionSource twinsGoOn = new();
    private readonly TaskCompletionSource twinsHold = new();
    private readonly List<ulong> stored = [];
    private readonly List<ulong> acknowledged = [];
    private long credit;

    public IngestPipelineTests() => ledger = LossLedger.Open(folder.Path, _ => 0);

    public void Dispose()
    {
        ledger.Dispose();
        folder.Dispose();
    }

    private IngestPipeline Pipeline()
    {
        var clock = new PlantClock(new VirtualTime());
        var intake = new Intake(Plant.Numbers, 0, new(Plant.Signals, clock, new VirtualTime()), new(), clock, new());
        return new(intake, new(AppendAsync, _ => 0, Plant.KeepNothing), this, ledger, "b", AnswerAsync);
    }

    async Task ITwinInbox.DeliverAsync(IReadOnlyList<Observation> observations, CancellationToken cancellation)
    {
        twinsHold.TrySetResult();
        await twinsGoOn.Task;
    }

    private Task AppendAsync(IReadOnlyList<SampleColumns> samples, string bufferId, ulong highestSequence, CancellationToken cancellation)
    {
        stored.AddRange(samples.SelectMany(part => part.All()).Select(sample => sample.Sequence));
        return Task.CompletedTask;
    }

    private ValueTask AnswerAsync(Frame frame, CancellationToken cancellation)
    {
        if (frame.Credit is { } more) Interlocked.Add(ref credit, more.Samples);
        if (frame.Ack is { } ack) lock (acknowledged) acknowledged.Add(ack.Sequence);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Twins_that_are_held_up_hold_back_the_gateway_and_nothing_is_lost()
    {
        var pipeline = Pipeline();
        var running = pipeline.RunAsync(CancellationToken.None);
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < Frames; i++)
                Assert.True(await pipeline.TryWriteAsync(Plant.Frame((ulong)(2 * i) + 1, new Row(1, i, i % 18), new Row(0, i, 1))));
        });
        await twinsHold.Task.WaitAsync(Patience);
        // Time enough to write a thousand times as many frames, if nothing held the writer back.
        await Task.WhenAny(writing, Task.Delay(TimeSpan.FromMilliseconds(300)));
        Assert.False(writing.IsCompleted);
        Assert.InRange(Interlocked.Read(ref credit), 0, 2 * 300);
        Assert.Empty(stored);

        twinsGoOn.SetResult();
        await writing.WaitAsync(Patience);
        pipeline.Complete();
        await running.WaitAsync(Patience);
        Assert.Equal(Enumerable.Range(1, 2 * Frames).Select(sequence => (ulong)sequence), stored);
        Assert.Equal(2ul * Frames, acknowledged[^1]);
        Assert.Equal(acknowledged.Order(), acknowledged);
        Assert.Equal(2 * Frames, Interlocked.Read(ref credit));
        Assert.Equal([Frames, Frames], ledger.Report().Lines.Select(line => (int)line.Stored));
    }

    [Fact]
    public async Task When_a_stage_fails_the_link_is_told_why_and_takes_no_more()
    {
        var pipeline = Pipeline();
        var running = pipeline.RunAsync(CancellationToken.None);
        await pipeline.TryWriteAsync(Plant.Frame(1, new Row(1, 0, 6)));
        await twinsHold.Task.WaitAsync(Patience);
        twinsGoOn.SetException(new IOException("journal is away"));

        Assert.Equal("journal is away", (await Assert.ThrowsAsync<IOException>(() => running.WaitAsync(Patience))).Message);
        Assert.False(await pipeline.TryWriteAsync(Plant.Frame(2, new Row(1, 1, 8))));
        Assert.Empty(stored);
        Assert.Empty(ledger.Report().Lines);   // on disk, but nobody has stored what it is about
    }
}
