using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;

namespace DigitalTwin.Edge.Tests.Ingest;

public sealed class LiveValuesTests
{
    private readonly VirtualTime time = new();
    private readonly PlantClock clock;
    private readonly LiveValues live;
    private readonly Intake intake;
    private ulong next = 1;

    public LiveValuesTests()
    {
        clock = new(time);
        live = new(Plant.Signals, clock, time);
        intake = new(Plant.Numbers, 0, live, new(), clock, new());
    }

    private void Receive(params Row[] rows)
    {
        intake.Take(Plant.Frame(next, rows));
        next += (ulong)rows.Length;
    }

    private LiveValue Value(SignalDefinition signal) => live.Find(signal.Id)!;

    [Fact]
    public void A_signal_never_seen_has_no_value_and_is_stale()
    {
        Assert.Equal((null, null, ShownQuality.Stale), (Value(Plant.State).Sample, Value(Plant.State).Age, Value(Plant.State).Quality));
        Assert.Null(live.Find("leipzig.body.line1.cell9.state"));
    }

    [Fact]
    public void A_value_turns_stale_after_one_and_a_half_periods_and_comes_back_with_the_next()
    {
        Receive(new Row(3, 0, 1));   // mode: every 5 s
        time.Advance(7.5);
        Assert.Equal((TimeSpan.FromSeconds(7.5), ShownQuality.Good), (Value(Plant.Mode).Age, Value(Plant.Mode).Quality));
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(ShownQuality.Stale, Value(Plant.Mode).Quality);
        Receive(new Row(3, 8, 1));
        Assert.Equal((TimeSpan.Zero, ShownQuality.Good), (Value(Plant.Mode).Age, Value(Plant.Mode).Quality));
    }

    [Fact]
    public void At_twenty_times_the_speed_periods_are_shorter_but_a_second_is_always_allowed()
    {
        clock.Announce(Plant.T0, 20, stands: true);
        Assert.Equal(TimeSpan.FromSeconds(1), Value(Plant.Mode).StaleAfter);
        clock.Announce(Plant.T0, 2);
        Assert.Equal(TimeSpan.FromSeconds(3.75), Value(Plant.Mode).StaleAfter);
        Assert.Equal(TimeSpan.FromSeconds(1), Value(Plant.State).StaleAfter);
    }

    [Fact]
    public void A_signal_that_is_eased_is_not_stale_between_two_samples_and_state_is_never_eased()
    {
        live.Ease(telemetry: TimeSpan.FromSeconds(2), diagnostic: TimeSpan.FromSeconds(5));
        foreach (var signal in Plant.Signals)
        {
            var between = signal.Class switch { SignalClass.Telemetry => 2, SignalClass.Diagnostic => 5, _ => 0 };
            Assert.Equal(1.5 * Math.Max(signal.Period.TotalSeconds, between), Value(signal).StaleAfter.TotalSeconds);
        }
        Assert.Contains(Plant.Signals, signal => signal.Class != SignalClass.State);
        live.Ease(TimeSpan.Zero, TimeSpan.Zero);
        Assert.All(Plant.Signals, signal => Assert.Equal(1.5 * signal.Period, Value(signal).StaleAfter));
    }

    [Fact]
    public void Fresh_stale_and_bad_add_up_to_all_signals()
    {
        Receive(new Row(0, 0, 2.5), new Row(1, 0, double.NaN, Status: 0x8005_0000), new Row(3, 0, 1));
        Assert.Equal(new Freshness(4, Fresh: 2, Stale: 1, Bad: 1), live.Freshness());
        time.Advance(2);
        Assert.Equal(new Freshness(4, Fresh: 1, Stale: 3, Bad: 0), live.Freshness());
    }

    [Fact]
    public void After_a_restart_the_last_known_value_is_there_but_stale_until_the_plant_is_heard()
    {
        live.Restore([new Sample(Plant.State.Id, 6, null, 0, Plant.T0, Plant.T0, 900)]);
        Assert.Equal((6.0, null, ShownQuality.Stale), (Value(Plant.State).Sample!.Value.Number, Value(Plant.State).Age, Value(Plant.State).Quality));
        Receive(new Row(1, 1, 8));
        Assert.Equal((8.0, ShownQuality.Good), (Value(Plant.State).Sample!.Value.Number, Value(Plant.State).Quality));
    }

    [Fact]
    public void A_plant_that_was_set_up_anew_and_starts_earlier_is_seen_at_once()
    {
        Receive(new Row(1, 86_400, 6));
        clock.Announce(Plant.T0, 1);   // its clock is a day behind the sample we have
        Receive(new Row(1, 1, 4));
        Assert.Equal(4, Value(Plant.State).Sample!.Value.Number);
    }

    [Fact]
    public async Task Who_waits_for_a_change_hears_of_the_next_one_and_of_one_already_there()
    {
        var before = live.Version;
        var waiting = live.WaitForChangeAsync(before, CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        Receive(new Row(0, 0, 1), new Row(1, 0, 6));
        await waiting;
        await live.WaitForChangeAsync(before, CancellationToken.None);

        Assert.Equal([Plant.State.Id], live.ChangedSince(before, [Plant.State.Id, Plant.Mode.Id]).Select(value => value.Signal.Id));
        Assert.Empty(live.ChangedSince(live.Version, Plant.Dictionary));
    }
}
