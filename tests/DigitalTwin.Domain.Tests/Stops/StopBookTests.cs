using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Stops;
using FsCheck;
using FsCheck.Fluent;
using static DigitalTwin.Domain.Stops.StopBookCommand;
using static DigitalTwin.Domain.Stops.StopBookEvent;
using static DigitalTwin.Domain.Tests.Times;

namespace DigitalTwin.Domain.Tests.Stops;

public class StopBookTests
{
    private static readonly StopReasons reasons = new([new("robot-crash", "Robot crash", StopCategory.Unplanned)], TimeSpan.FromSeconds(60));

    private static readonly Scenario<StopBookState, StopBookCommand, StopBookEvent> book =
        new(StopBookState.Initial, (state, command, now) => StopBook.Decide(reasons, state, command, now), StopBook.Apply);

    private static readonly Period stop = Seconds(100, 400);

    private static Period Seconds(double from, double to) => new(At(from), At(to));
    private static Code Coded(Period stop, string reason, string note = "", string by = "Meier") => new(stop, reason, note, by);
    private static StopBookCommand.Split Cut(Period stop, double at) => new(stop, At(at), "Meier");
    private static Standstill Still(double from, double to, TimeCategory category = TimeCategory.Breakdown) => new(Seconds(from, to), category, PackmlState.Aborted, 0, false);
    private static string Parts(Scenario<StopBookState, StopBookCommand, StopBookEvent> after, Standstill standstill) =>
        string.Join(", ", StopBook.Parts(standstill, after.State, reasons).Select(part => $"{(part.Time.From - T0).TotalSeconds}-{(part.Time.To - T0).TotalSeconds} {part.Reason.Code}"));

    [Fact]
    public void A_stop_is_coded_by_somebody_with_a_note() =>
        book.When(Coded(stop, "robot-crash", "gripper 2")).Then(new Coded(stop.From, stop.To, "robot-crash", "gripper 2", "Meier", T0));

    [Fact]
    public void The_same_code_again_changes_nothing_and_another_one_days_later_does()
    {
        var coded = book.After(Coded(stop, "robot-crash"));
        coded.When(Coded(stop, "robot-crash", by: "Schulz")).ThenNothing();
        coded.When(Coded(stop, "robot-crash", "gripper 2")).Then(new Coded(stop.From, stop.To, "robot-crash", "gripper 2", "Meier", T0));
        Assert.Equal("100-400 tool-wear", Parts(coded.After(Coded(stop, "tool-wear")), Still(100, 400)));
    }

    [Fact]
    public void What_is_said_without_a_name_or_of_no_stop_is_refused()
    {
        book.When(Coded(stop, "robot-crash", by: " ")).ThenRefused("BY_MISSING");
        book.When(Coded(stop, "robot-crash", by: new string('x', 101))).ThenRefused("BY_TOO_LONG");
        book.When(Coded(stop, "gremlins")).ThenRefused("REASON_UNKNOWN");
        book.When(Coded(stop, "uncoded")).ThenRefused("REASON_UNKNOWN");
        book.When(Coded(stop, "robot-crash", new string('x', 501))).ThenRefused("NOTE_TOO_LONG");
        book.When(Coded(Seconds(400, 100), "robot-crash")).ThenRefused("STOP_UPSIDE_DOWN");
    }

    [Fact]
    public void A_refusal_says_what_would_be_right()
    {
        var refused = Assert.IsType<Decision<StopBookEvent>.Refused>(book.When(Coded(stop, "gremlins")));
        Assert.StartsWith("'gremlins' is no stop reason of this plant; those are breakdown-mechanical, ", refused.Reason);
        Assert.EndsWith(", robot-crash.", refused.Reason);
    }

    [Fact]
    public void A_stop_is_split_only_inside()
    {
        foreach (var at in new double[] { 0, 100, 400, 500 }) book.When(Cut(stop, at)).ThenRefused("SPLIT_OUTSIDE");
        book.When(Cut(stop, 250)).Then(new StopBookEvent.Split(stop.From, stop.To, At(250), "Meier", T0));
        book.After(Cut(stop, 250)).When(Cut(stop, 250)).ThenNothing();
    }

    [Fact]
    public void Both_parts_of_a_split_stop_keep_its_code_until_one_is_given_another()
    {
        var split = book.After(Coded(stop, "robot-crash"), Cut(stop, 250));
        Assert.Equal("100-250 robot-crash, 250-400 robot-crash", Parts(split, Still(100, 400)));
        Assert.Equal("100-250 robot-crash, 250-400 waiting-for-maintenance", Parts(split.After(Coded(Seconds(250, 400), "waiting-for-maintenance")), Still(100, 400)));
    }

    [Fact]
    public void Of_a_stop_that_was_split_before_anybody_coded_it_each_part_has_a_code_of_its_own() =>
        Assert.Equal("100-250 robot-crash, 250-400 uncoded", Parts(book.After(Cut(stop, 250), Coded(Seconds(100, 250), "robot-crash")), Still(100, 400)));

    [Fact]
    public void A_code_that_is_taken_back_gives_way_to_the_one_before_and_then_to_none()
    {
        var undo = new Undo(stop, "Meier");
        var twice = book.After(Coded(stop, "robot-crash"), Coded(stop, "tool-wear"));
        Assert.Equal("100-400 robot-crash", Parts(twice.After(undo), Still(100, 400)));
        Assert.Equal("100-400 uncoded", Parts(twice.After(undo, undo), Still(100, 400)));
        twice.After(undo, undo).When(undo).ThenRefused("NOTHING_TO_UNDO");
        book.When(undo).ThenRefused("NOTHING_TO_UNDO");
    }

    [Fact]
    public void No_more_codes_are_kept_than_can_be_gone_back_to()
    {
        var often = book.After(Enumerable.Range(0, 40).Select(i => Coded(stop, i % 2 == 0 ? "robot-crash" : "tool-wear", $"{i}")));
        Assert.Equal(StopBook.CodesKept, often.State.Codes[stop.From].Codes.Count);
        Assert.Equal("39", often.State.CodeOf(stop)!.Note);
    }

    [Fact]
    public void A_stop_that_was_coded_while_it_lasted_keeps_its_code_when_it_goes_on()
    {
        var early = book.After(Coded(Seconds(100, 160), "robot-crash"));
        Assert.Equal("100-400 robot-crash", Parts(early, Still(100, 400)));
    }

    [Fact]
    public void A_late_report_that_moves_the_start_of_a_stop_leaves_it_its_code()
    {
        var coded = book.After(Coded(stop, "robot-crash"));
        Assert.Equal("90-400 robot-crash", Parts(coded, Still(90, 400)));
        Assert.Equal("110-400 robot-crash", Parts(coded, Still(110, 400)));
        Assert.Equal("110-400 tool-wear", Parts(coded.After(Coded(Seconds(110, 400), "tool-wear")), Still(110, 400)));
        Assert.Equal("90-400 robot-crash", Parts(coded.After(Coded(Seconds(90, 400), "tool-wear"), new Undo(Seconds(90, 400), "Meier")), Still(90, 400)));
        Assert.Equal("500-600 uncoded", Parts(coded, Still(500, 600)));
    }

    [Fact]
    public void Before_anybody_says_so_starvation_and_short_stops_speak_for_themselves()
    {
        Assert.Equal("0-300 starved-or-blocked", Parts(book, Still(0, 300, TimeCategory.StarvedOrBlocked)));
        Assert.Equal("0-59 micro-stop", Parts(book, Still(0, 59, TimeCategory.Held)));
        Assert.Equal("0-60 uncoded", Parts(book, Still(0, 60, TimeCategory.Held)));
    }

    [Fact]
    public void The_parts_of_a_long_stop_are_no_micro_stops() =>
        Assert.Equal("100-130 uncoded, 130-400 uncoded", Parts(book.After(Cut(stop, 130)), Still(100, 400)));

    [Fact]
    public void A_reason_that_left_the_catalogue_stays_on_the_stops_that_were_given_it()
    {
        var coded = book.After(Coded(stop, "robot-crash"));
        var without = new StopReasons([], TimeSpan.FromSeconds(60));
        Assert.Equal(new StopReason("robot-crash", "robot-crash", StopCategory.Unplanned), StopBook.Parts(Still(100, 400), coded.State, without).Single().Reason);
    }

    [Fact]
    public void A_plant_may_call_a_built_in_reason_something_else()
    {
        var own = new StopReasons([new("changeover", "Werkzeugwechsel", StopCategory.Planned)], TimeSpan.FromSeconds(60));
        Assert.Equal(("Werkzeugwechsel", StopCategory.Planned), (own.Find("changeover")!.Name, own.Find("changeover")!.Category));
        Assert.Equal(StopReasons.BuiltIn.Count, own.All.Count);
    }

    [Fact]
    public void Every_category_that_a_plant_file_may_give_has_a_built_in_reason() =>
        Assert.Equal(Enum.GetValues<StopCategory>().Except([StopCategory.Uncoded]).Order(), StopReasons.BuiltIn.Select(reason => reason.Category).Distinct().Order());

    /// <summary>Anything that people may say about a stop from second 100 to 400 and about what they have made of it.</summary>
    internal static readonly Gen<StopBookCommand> anything = Gen.Frequency(
        (4, from start in Gen.Elements(90.0, 100, 150, 200, 300) from end in Gen.Elements(350.0, 400) from reason in Gen.Elements("robot-crash", "tool-wear", "no-orders", "gremlins")
            select (StopBookCommand)Coded(Seconds(start, end), reason)),
        (3, from start in Gen.Elements(100.0, 150, 200) from at in Gen.Choose(90, 410) select (StopBookCommand)Cut(Seconds(start, 400), at)),
        (2, from start in Gen.Elements(100.0, 150, 200) select (StopBookCommand)new Undo(Seconds(start, 400), "Meier")));

    [Fact]
    public void Whatever_people_say_the_parts_of_a_stop_add_up_to_the_stop() =>
        Prop.ForAll(anything.ListOf().ToArbitrary(), said =>
        {
            var parts = StopBook.Parts(Still(100, 400), book.After(said).State, reasons).ToList();
            return parts[0].Time.From == stop.From && parts[^1].Time.To == stop.To && parts.All(part => part.Time.From < part.Time.To)
                && parts.Zip(parts.Skip(1)).All(pair => pair.First.Time.To == pair.Second.Time.From);
        }).Holds();

    [Fact]
    public void Splitting_never_changes_the_time_of_any_reason() =>
        Prop.ForAll(anything.ListOf().ToArbitrary(), Gen.Choose(101, 399).ToArbitrary(), (said, at) =>
        {
            var before = book.After(said);
            var whole = StopBook.Parts(Still(100, 400), before.State, reasons).Single(part => part.Time.Contains(At(at)));
            return Times(before) == Times(before.After(new StopBookCommand.Split(whole.Time, At(at), "Meier")));

            string Times(Scenario<StopBookState, StopBookCommand, StopBookEvent> after) => string.Join(", ", StopBook.Parts(Still(100, 400), after.State, reasons)
                .GroupBy(part => part.Reason.Code).OrderBy(same => same.Key).Select(same => $"{same.Key} {same.Sum(part => part.Time.Milliseconds())}"));
        }).Holds();

    [Fact]
    public void Saying_everything_a_second_time_at_once_changes_nothing() =>
        Prop.ForAll(anything.Where(command => command is not Undo).ListOf().ToArbitrary(), said =>
            said.Aggregate(true, (holds, command) => holds && book.After(command) is var after && after.Run(command).Count == 0)).Holds();

    [Fact]
    public void A_code_and_its_undoing_leave_all_as_it_was() =>
        Prop.ForAll(anything.ListOf().ToArbitrary(), said =>
        {
            var before = book.After(said);
            var part = StopBook.Parts(Still(100, 400), before.State, reasons).First();
            var after = before.After(Coded(part.Time, "cleaning", "by mistake"), new Undo(part.Time, "Meier"));
            return Parts(before, Still(100, 400)) == Parts(after, Still(100, 400));
        }).Holds();
}
