using System.Text.Json;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;
using FsCheck;
using FsCheck.Fluent;
using static DigitalTwin.Domain.Tests.Times;
using static DigitalTwin.Domain.Units.UnitCommand;
using static DigitalTwin.Domain.Units.UnitEvent;
using Unit = DigitalTwin.Domain.Units.Unit;

namespace DigitalTwin.Domain.Tests.Units;

public class UnitProperties
{
    private static readonly Scenario<UnitState, UnitCommand, UnitEvent> unit = new(UnitState.Initial, Unit.Decide, Unit.Apply);

    /// <summary>Times are few, so that equal and older ones are common.</summary>
    private static readonly Gen<DateTimeOffset> instants = Gen.Choose(0, 60).Select(second => At(second));

    private static readonly Gen<Quality> mostlyGood = Gen.Frequency((8, Gen.Constant(Quality.Good)), (1, Gen.Constant(Quality.Uncertain)), (1, Gen.Constant(Quality.Bad)));

    private static Gen<Observe> Observed(string signal, SignalRole role, Gen<double> numbers) =>
        from number in Gen.Frequency((9, numbers), (1, Gen.Elements(double.NaN, double.PositiveInfinity, -1, 0.5, 1e18)))
        from quality in mostlyGood
        from time in instants
        select new Observe(signal, role, number, null, quality, time);

    private static readonly Gen<Observe> observations = Gen.OneOf(
        Observed("state", SignalRole.State, Gen.Choose(0, 18).Select(n => (double)n)),
        Observed("mode", SignalRole.Mode, Gen.Choose(0, 4).Select(n => (double)n)),
        Observed("fault", SignalRole.Fault, Gen.Choose(0, 2).Select(n => (double)n)),
        Observed("good", SignalRole.GoodCount, Gen.Choose(0, 9).Select(n => (double)n)),
        Observed("scrap", SignalRole.ScrapCount, Gen.Choose(0, 3).Select(n => (double)n)),
        Observed("override", SignalRole.Setpoint, Gen.Choose(90, 92).Select(n => (double)n)),
        Observed("vibration", SignalRole.Measurement, Gen.Choose(0, 9).Select(n => (double)n)),
        from body in Gen.Elements("", "B1", "B2") from quality in mostlyGood from time in instants
        select new Observe("vehicle", SignalRole.Vehicle, double.NaN, body, quality, time));

    private static readonly Gen<UnitCommand> gaps =
        from signals in Gen.Elements<string[]>(["state"], ["good"], ["state", "good", "vehicle"])
        from time in instants
        from seconds in Gen.Choose(-1, 10)
        select (UnitCommand)new ObserveGap(time, time.AddSeconds(seconds), "server-lost", signals);

    private static readonly Gen<UnitCommand> desires = Gen.Choose(90, 92).Select(value => (UnitCommand)new Desire("override", value, "anna"));

    private static readonly Arbitrary<List<UnitCommand>> histories =
        Gen.Frequency((12, observations.Select(o => (UnitCommand)o)), (1, gaps), (1, desires)).ListOf().Select(Numbered).ToArbitrary();

    /// <summary>As a gateway numbers what it sends.</summary>
    private static List<UnitCommand> Numbered(List<UnitCommand> history) =>
        [.. history.Select((command, i) => command is Observe o ? o with { Sequence = (ulong)i + 1 } : command)];

    [Fact]
    public void A_command_sent_twice_is_as_good_as_sent_once() =>
        Prop.ForAll(histories, history => unit.Run(history.SelectMany(command => new[] { command, command })).Select(e => e.Written())
            .SequenceEqual(unit.Run(history).Select(e => e.Written()))).Holds();

    [Fact]
    public void What_a_gateway_sends_again_after_an_outage_records_nothing_new() =>
        Prop.ForAll(histories, history =>
        {
            // As equipment and gateway give it: time goes on or stands, and a gap lies between what came before it and what comes after.
            var clock = 0;
            var sent = history.Where(command => command is not Desire).Select(UnitCommand (command) => command switch
            {
                Observe o => o with { SourceTime = At(clock += (int)(o.Sequence % 2)) },
                ObserveGap gap => gap with { From = At(clock), To = At(clock += 2) },
                _ => command,
            }).ToList();
            return unit.Run(sent.Concat(sent)).Count == unit.Run(sent).Count;
        }).Holds();

    [Fact]
    public void Replay_of_the_journal_equals_the_live_state() =>
        Prop.ForAll(histories, history =>
        {
            var live = UnitState.Initial;
            List<(Type Type, string Json)> journal = [];
            foreach (var command in history)
                if (Unit.Decide(live, command, T0) is Decision<UnitEvent>.Accepted accepted)
                    foreach (var recorded in accepted.Events)
                    {
                        live = Unit.Apply(live, recorded);
                        journal.Add((recorded.GetType(), JsonSerializer.Serialize(recorded, recorded.GetType())));
                    }
            var replayed = journal.Aggregate(UnitState.Initial, (state, row) => Unit.Apply(state, (UnitEvent)JsonSerializer.Deserialize(row.Json, row.Type)!));
            return replayed.Written() == live.Written();
        }).Holds();

    [Fact]
    public void A_state_survives_being_written_as_a_snapshot() =>
        Prop.ForAll(histories, history =>
        {
            var state = unit.After(history).State;
            return JsonSerializer.Deserialize<UnitState>(JsonSerializer.Serialize(state))!.Written() == state.Written();
        }).Holds();

    [Fact]
    public void Counts_balance_and_are_never_negative() =>
        Prop.ForAll(histories, history =>
        {
            var events = unit.Run(history);
            var counters = unit.Given(events).State.Counters;
            return counters.All(counter => counter.Value.Reported >= 0
                && counter.Value.Total == events.OfType<CounterStarted>().Where(e => e.Counter == counter.Key).Sum(e => e.Reported)
                    + events.OfType<Counted>().Where(e => e.Counter == counter.Key).Sum(e => e.Added))
                && events.OfType<Counted>().All(e => e.Added > 0 && e.Total >= e.Reported);
        }).Holds();

    [Fact]
    public void What_is_late_or_double_or_no_good_value_never_moves_a_unit() =>
        Prop.ForAll(histories, history =>
        {
            var state = UnitState.Initial;
            foreach (var command in history)
            {
                var next = unit with { State = state };
                var after = next.After(command).State;
                if (command is Observe o && (o.Quality != Quality.Good
                    || (o.Role != SignalRole.Vehicle && !double.IsFinite(o.Number))
                    || (state.Watches.TryGetValue(o.Signal, out var watch) && (o.SourceTime, o.Sequence).CompareTo((watch.At, watch.Sequence)) <= 0))
                    && Position(after) != Position(state)) return false;
                state = after;
            }
            return true;
        }).Holds();

    /// <summary>A second, simpler reckoning of what counts: per signal, whatever is a value, is newer than the last change (by time, then by sequence) and differs from it.</summary>
    [Fact]
    public void Shuffled_and_doubled_observations_give_what_their_clean_part_in_order_gives() =>
        Prop.ForAll(observations.Where(o => o.Quality == Quality.Good).ListOf().ToArbitrary(), sent =>
        {
            var history = Numbered([.. sent]).Cast<Observe>().ToList();
            Dictionary<string, (DateTimeOffset At, ulong Sequence, string Value)> last = [];
            List<Observe> clean = [];
            foreach (var o in history.Concat(history))
            {
                var value = o.Role == SignalRole.Vehicle ? o.Text! : $"{o.Number}";
                if (o.Role == SignalRole.Measurement || !Fits(o)) continue;
                if (last.TryGetValue(o.Signal, out var known) ? (o.SourceTime, o.Sequence).CompareTo((known.At, known.Sequence)) <= 0 || value == known.Value : value == Nothing(o.Role)) continue;
                last[o.Signal] = (o.SourceTime, o.Sequence, value);
                clean.Add(o);
            }
            var disturbed = unit.After(history.Concat(history)).State;
            var reported = new Dictionary<string, string>
            {
                ["state"] = $"{(int)disturbed.State}", ["mode"] = $"{(int)disturbed.Mode}", ["fault"] = $"{disturbed.Fault}", ["vehicle"] = disturbed.Vehicle,
            };
            return disturbed.Written() == unit.After(clean.OrderBy(o => o.SourceTime).ThenBy(o => o.Sequence)).State.Written()
                && reported.All(pair => !last.TryGetValue(pair.Key, out var known) || known.Value == pair.Value);
        }).Holds();

    [Fact]
    public void A_running_counter_ends_at_the_same_total_in_whatever_order_it_arrives() =>
        Prop.ForAll(Gen.Shuffle(Enumerable.Range(0, 30).SelectMany(n => new[] { n, n })).ToArbitrary(), order =>
        {
            var events = unit.Run(order.Select(n => new Observe("good", SignalRole.GoodCount, n, null, Quality.Good, At(n))));
            return unit.Given(events).State.Total(SignalRole.GoodCount) == 29 && !events.OfType<CounterReset>().Any();
        }).Holds();

    /// <summary>C# cannot check that a switch over a family is complete; this does.</summary>
    [Fact]
    public void Every_kind_of_event_applies_and_survives_the_journal()
    {
        UnitEvent[] one =
        [
            new StateChanged("state", PackmlState.Idle, PackmlState.Starting, At(1), true, false),
            new ModeChanged("mode", UnitMode.Undefined, (UnitMode)12, At(1)),
            new FaultRaised("fault", 7, At(1)),
            new FaultCleared("fault", 7, At(2)),
            new VehicleEntered("vehicle", "B1", At(1)),
            new VehicleLeft("vehicle", "B1", At(2)),
            new CounterStarted("good", SignalRole.GoodCount, 3, At(1)),
            new Counted("good", SignalRole.GoodCount, 1, 4, 4, "B1", At(2)),
            new CounterReset("good", SignalRole.GoodCount, 4, At(3)),
            new SetpointReported("override", 99.5, At(1)),
            new SignalLost("state", SignalRole.State, At(4)),
            new SignalRecovered("state", SignalRole.State, At(5)),
            new ClockSetBack("state", SignalRole.State, At(5), At(3)),
            new GapObserved(At(6), At(7), "server-lost", ["state"], true),
            new DesiredChanged("override", 98, "anna", At(8)),
        ];
        var kinds = typeof(UnitEvent).GetNestedTypes().Where(type => !type.IsAbstract && type.IsSubclassOf(typeof(UnitEvent)));
        Assert.Equal(kinds.Select(kind => kind.Name).Order(), one.Select(e => e.GetType().Name).Order());
        Assert.Equal(98, unit.Given(one).State.Desired["override"].Value);
        Assert.All(one, e => Assert.Equal(e.Written(), JsonSerializer.Deserialize(JsonSerializer.Serialize(e, e.GetType()), e.GetType()).Written()));
    }

    private static string Position(UnitState state) =>
        (state.State, state.StateSince, state.Mode, state.Fault, state.Vehicle, Counters: JsonSerializer.Serialize(state.Counters), Setpoints: JsonSerializer.Serialize(state.Setpoints)).ToString();

    private static bool Fits(Observe o) => o.Role switch
    {
        SignalRole.Vehicle => true,
        SignalRole.Setpoint => double.IsFinite(o.Number),
        SignalRole.State => o.Number is >= 0 and <= 17 && double.IsInteger(o.Number),
        SignalRole.Mode => o.Number is >= 0 and <= 31 && double.IsInteger(o.Number),
        _ => o.Number is >= 0 and < 1e16 && double.IsInteger(o.Number),
    };

    /// <summary>What a twin takes for granted before the first report; a first state, count or setpoint is always news.</summary>
    private static string? Nothing(SignalRole role) => role switch
    {
        SignalRole.Mode or SignalRole.Fault => "0",
        SignalRole.Vehicle => "",
        _ => null,
    };
}
