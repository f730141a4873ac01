using System.Diagnostics;
using System.Diagnostics.Metrics;
using DigitalTwin.Actors.TestKit;
using static DigitalTwin.Actors.Tests.PressShop;
using Reply = DigitalTwin.Actors.Entities.Reply<DigitalTwin.Actors.Tests.Press, DigitalTwin.Actors.Tests.PressEvent>;

namespace DigitalTwin.Actors.Tests.Entities;

public sealed class TelemetryTests
{
    private const string Engine = "DigitalTwin.Actors";

    [Fact]
    public async Task An_ask_is_one_span_from_the_decision_over_the_commit_to_the_reply()
    {
        using var traced = new Traced();
        var shop = new PressShop();
        var accepted = Assert.IsType<Reply.Accepted>(await shop.Finish(shop.Presses.AskAsync(A, new PressCommand.Stroke(), Deadline, "c1")));
        var span = Assert.Single(traced.Ended, activity => Equals(activity.GetTagItem("command.id"), "c1"));
        Assert.Equal("ask", span.OperationName);
        Assert.Equal((A.Value, "press", (object)accepted.Events[0].Offset), (span.GetTagItem("entity.id"), span.GetTagItem("entity.kind"), span.GetTagItem("journal.offset")!));
        Assert.Equal(["decided", "committed"], span.Events.Select(happened => happened.Name));
    }

    [Fact]
    public async Task A_dead_letter_keeps_the_trace_that_its_command_was_sent_in()
    {
        using var traced = new Traced();
        var shop = new PressShop();
        using (var caller = new Activity("caller").Start())
        {
            shop.Presses.TryTell(A, new PressCommand.Jam());
            shop.Dispatcher.RunUntilIdle();
            Assert.Equal(caller.TraceId, Assert.Single(shop.DeadLetters).Trace);
            Assert.Equal(caller.TraceId.ToHexString(), Assert.Single(await shop.Finish(shop.System.DeadLetters.ListAsync())).Trace);
        }
    }

    [Fact]
    public void Every_instrument_says_what_the_engine_does()
    {
        var shop = new PressShop(with: options => options with { Snapshots = new MemorySnapshots(), SnapshotEvery = 1 });
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener();
        // Other tests run their own engines meanwhile; only that something is measured can be said here.
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Name == Engine) own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Note(instrument, value));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Note(instrument, value));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Note(instrument, value));
        listener.Start();
        shop.Send(A, new PressCommand.Stroke());
        shop.Presses.TryTell(A, new PressCommand.Jam());
        shop.Dispatcher.RunUntilIdle();
        shop.Presses.TryTell(B, new PressCommand.Stroke());
        listener.RecordObservableInstruments();
        listener.Dispose();
        string[] all =
        [
            "digitaltwin.mailbox.depth", "digitaltwin.turn.duration", "digitaltwin.commit.size", "digitaltwin.commit.duration", "digitaltwin.recovery.duration",
            "digitaltwin.recovery.events", "digitaltwin.dead_letters", "digitaltwin.entities",
        ];
        foreach (var name in all) Assert.True(seen.ContainsKey(name), $"{name} was not measured");
        Assert.True(seen["digitaltwin.mailbox.depth"] >= 1);

        void Note(Instrument instrument, double value)
        {
            lock (seen) seen[instrument.Name] = Math.Max(value, seen.GetValueOrDefault(instrument.Name));
        }
    }

    private sealed class Traced : IDisposable
    {
        private readonly ActivityListener listener;
        private readonly List<Activity> ended = [];

        public Traced()
        {
            listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == Engine,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                ActivityStopped = activity =>
                {
                    lock (ended) ended.Add(activity);
                },
            };
            ActivitySource.AddActivityListener(listener);
        }

        /// <summary>Those of tests that run meanwhile too.</summary>
        public IReadOnlyList<Activity> Ended
        {
            get
            {
                lock (ended) return [.. ended];
            }
        }

        public void Dispose() => listener.Dispose();
    }
}
