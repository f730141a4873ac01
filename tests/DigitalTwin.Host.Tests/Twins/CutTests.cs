using System.Text;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.TestKit;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Host.Twins;
using DigitalTwin.Host.Twins.Cuts;
using FsCheck;
using FsCheck.Fluent;

namespace DigitalTwin.Host.Tests.Twins;

/// <summary>A cut is what its events say, whichever way one comes to it.</summary>
public class CutTests
{
    private static readonly PlantPlaces Places = new(MadePlant.Definition);

    /// <summary>So many finished orders that the next ones push some out, and what comes late of those has to be recalled.</summary>
    private static readonly MadeEvent[] ManyOrders = [.. Enumerable.Range(0, CutBuilder.FinishedOrders - 2).SelectMany(body => new[] { MadeJournal.Released(body), MadeJournal.Completed(body) })];

    private static readonly Arbitrary<(MadeEvent[] Events, int First, int Second)> Histories = Arb.From(
        from events in MadeJournal.Anything.NonEmptyListOf() from first in Gen.Choose(0, 200) from second in Gen.Choose(0, 200)
        select (events.ToArray(), first % (events.Count + 1), second % (events.Count + 1)));

    [Fact]
    public void A_cut_at_any_offset_is_the_fold_of_the_events_up_to_it() => Prop.ForAll(Histories, history =>
    {
        MemoryJournal journal = MadeJournal.Of(history.Events);
        var archive = new WorkOrderArchive(journal);
        Cut oneByOne = journal.Events.Take(history.First).Aggregate(Cut.Empty(Places), (cut, stored) => cut.Apply(stored, archive));
        return (Text(oneByOne) == Text(Fold(journal, history.First))).Label($"{Text(oneByOne)}\nis not\n{Text(Fold(journal, history.First))}");
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void Folding_on_from_a_stored_cut_comes_to_the_same_as_folding_everything() => Prop.ForAll(Histories, history =>
    {
        MemoryJournal journal = MadeJournal.Of(ManyOrders.Concat(history.Events));
        (int first, int second) = (ManyOrders.Length + Math.Min(history.First, history.Second), ManyOrders.Length + Math.Max(history.First, history.Second));
        Cut early = Fold(journal, first);
        Cut later = Fold(journal, second, early);
        // As a checkpoint is saved: all of the first, then only what has changed.
        var rows = CutRows.Of(early).ToDictionary(row => row.Key);
        foreach (var row in CutRows.Of(later, early))
            rows[row.Key] = row;
        foreach (string gone in CutRows.Gone(later, early))
            rows.Remove(gone);
        Cut resumed = Fold(journal, journal.Events.Count, CutRows.Read(Places, second, rows.Values));
        Cut packed = Fold(journal, journal.Events.Count, CutRows.Unpack(Places, second, CutRows.Pack(later)));
        string whole = Text(Fold(journal, journal.Events.Count));
        return (whole == Text(resumed) && whole == Text(packed)).ToProperty();
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    [Fact]
    public void Who_holds_a_cut_sees_it_unchanged_and_may_fold_events_of_his_own_onto_it()
    {
        MemoryJournal journal = MadeJournal.Of(MadeJournal.State(MadePlant.Robot, PackmlState.Idle, 1), MadeJournal.State(MadePlant.Robot, PackmlState.Execute, 2), MadeJournal.State(MadePlant.Last, PackmlState.Held, 3));
        Cut held = Fold(journal, 1);
        string before = Text(held);
        Cut later = Fold(journal, 3, held), fork = held.Apply(journal.Events[1] with { Name = "unit.state-changed.v1", Payload = EventCatalogs.Units.Encode(MadeJournal.State("", PackmlState.Aborted, 9).Unit!).Payload });
        Assert.Equal(before, Text(held));
        Assert.Equal((PackmlState.Idle, PackmlState.Execute, PackmlState.Aborted), (held.Unit(MadePlant.Robot).State.State, later.Unit(MadePlant.Robot).State.State, fork.Unit(MadePlant.Robot).State.State));
        Assert.Equal(PackmlState.Undefined, fork.Unit(MadePlant.Last).State.State);
    }

    [Fact]
    public void A_cut_is_also_the_newest_offset_of_each_line_and_of_the_plant_beside_them()
    {
        MemoryJournal journal = MadeJournal.Of(
            MadeJournal.State(MadePlant.Robot, PackmlState.Idle, 1), MadeJournal.State("leipzig.body.crane", PackmlState.Idle, 2), MadeJournal.Released(7), MadeJournal.State("leipzig.body.line12.cell1", PackmlState.Idle, 3));
        Assert.Equal([("leipzig", 4L), (MadePlant.Line, 3L)], Fold(journal, 4).Shards.Select(shard => (shard.Key.Value, shard.Value)).Order());
    }

    [Fact]
    public void Plant_time_is_the_newest_that_equipment_has_reported_and_late_reports_do_not_move_it()
    {
        MemoryJournal journal = MadeJournal.Of(
            new MadeEvent(MadePlant.Robot, new Domain.Units.UnitEvent.DesiredChanged("speedOverride", 100, "made", MadeJournal.T0.AddYears(1)), null),
            MadeJournal.State(MadePlant.Robot, PackmlState.Idle, 60), MadeJournal.State(MadePlant.Last, PackmlState.Idle, 5));
        Assert.Equal([null, MadeJournal.T0.AddSeconds(60), MadeJournal.T0.AddSeconds(60)], [Fold(journal, 1).PlantTime, Fold(journal, 2).PlantTime, Fold(journal, 3).PlantTime]);
    }

    [Fact]
    public void Past_a_row_that_has_rotted_the_twin_stays_as_it_was_and_the_others_go_on()
    {
        MemoryJournal journal = MadeJournal.Of(
            MadeJournal.State(MadePlant.Robot, PackmlState.Idle, 1), MadeJournal.State(MadePlant.Robot, PackmlState.Held, 2),
            MadeJournal.State(MadePlant.Robot, PackmlState.Execute, 3), MadeJournal.State(MadePlant.Last, PackmlState.Held, 4));
        journal.Corrupt(2);
        Cut cut = Fold(journal, 4);
        Assert.Equal((PackmlState.Idle, PackmlState.Held, 4L, 2L), (cut.Unit(MadePlant.Robot).State.State, cut.Unit(MadePlant.Last).State.State, cut.Offset, cut.NewestDamage));
        Assert.Contains("row 2", cut.Damage[MadePlant.Robot], StringComparison.Ordinal);
        Assert.Equal(Text(cut), Text(CutRows.Read(Places, 4, CutRows.Of(cut))));
    }

    [Fact]
    public void What_the_engine_keeps_of_its_own_is_passed_over()
    {
        MemoryJournal journal = MadeJournal.Of(MadeJournal.State(MadePlant.Robot, PackmlState.Idle, 1));
        Cut cut = Fold(journal, 1).Apply(journal.Events[0] with { Offset = 2, Entity = new("dead-letters"), Name = "dead-letter.stored.v1", Payload = "{}"u8.ToArray() });
        Assert.Equal((2L, 1), (cut.Offset, cut.Units.Count));
    }

    internal static Cut Fold(IJournalReader journal, long upTo, Cut? from = null)
    {
        var builder = new CutBuilder(from ?? Cut.Empty(Places), new WorkOrderArchive(journal));
        builder.FoldTo(upTo, journal);
        return builder.ToCut();
    }

    internal static string Text(Cut cut) => $"{cut.Offset} {string.Join(' ', cut.Finished.Keys)}\n" +
        string.Join('\n', CutRows.Of(cut).OrderBy(row => row.Key, StringComparer.Ordinal).Select(row => $"{row.Key} {Encoding.UTF8.GetString(row.Value.Span)}"));
}
