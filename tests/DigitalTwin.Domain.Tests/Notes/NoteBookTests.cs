using DigitalTwin.Domain.Notes;
using FsCheck;
using FsCheck.Fluent;
using static DigitalTwin.Domain.Notes.NoteCommand;
using static DigitalTwin.Domain.Notes.NoteEvent;
using static DigitalTwin.Domain.Tests.Times;

namespace DigitalTwin.Domain.Tests.Notes;

public class NoteBookTests
{
    private static readonly Scenario<NoteBookState, NoteCommand, NoteEvent> book = new(NoteBookState.Initial, NoteBook.Decide, NoteBook.Apply);

    private static Write Said(string text, double at = -60, string by = "Meier") => new(At(at), text, by);

    [Fact]
    public void A_note_keeps_who_wrote_it_when_and_what_moment_it_is_about() =>
        book.When(Said("coolant smells")).Then(new Written(1, At(-60), "coolant smells", "Meier", T0));

    [Fact]
    public void The_same_note_again_changes_nothing_and_somebody_elses_is_another_note()
    {
        var noted = book.After(Said("coolant smells"));
        noted.When(Said("coolant smells")).ThenNothing();
        noted.When(Said("coolant smells", by: "Schulz")).Then(new Written(2, At(-60), "coolant smells", "Schulz", T0));
    }

    [Fact]
    public void A_note_that_is_taken_back_may_be_written_again()
    {
        var taken = book.After(Said("coolant smells"), new Withdraw(1, "Schulz"));
        Assert.Equal(new Withdrawal("Schulz", T0), taken.State.Notes[1].Withdrawn);
        taken.When(new Withdraw(1, "Meier")).ThenNothing();
        taken.When(Said("coolant smells")).Then(new Written(2, At(-60), "coolant smells", "Meier", T0));
    }

    [Fact]
    public void A_note_without_words_or_a_name_too_long_or_about_what_is_to_come_is_refused()
    {
        book.When(Said(" ")).ThenRefused("NOTE_EMPTY");
        book.When(Said(new string('x', 501))).ThenRefused("NOTE_TOO_LONG");
        book.When(Said("x", by: "")).ThenRefused("BY_MISSING");
        book.When(Said("x", by: new string('x', 101))).ThenRefused("BY_TOO_LONG");
        book.When(Said("x", at: 1)).ThenRefused("NOTE_AHEAD");
        book.When(new Withdraw(1, "Meier")).ThenRefused("NOTE_UNKNOWN");
    }

    [Fact]
    public void No_more_notes_are_kept_than_the_place_has_room_for() =>
        book.After(Enumerable.Range(0, NoteBook.MostNotes).Select(i => (NoteCommand)Said($"{i}"))).When(Said("one more")).ThenRefused("NOTES_FULL");

    [Fact]
    public void A_book_is_of_a_place_and_the_month_that_is_spoken_of()
    {
        Assert.Equal("a.b.notes-2026-03", NoteBook.IdOf("a.b", T0));
        Assert.Equal("a.b", NoteBook.PlaceOf("a.b.notes-2026-03"));
        Assert.Null(NoteBook.PlaceOf("a.b"));
    }

    private static readonly Gen<NoteCommand> anything = Gen.Frequency(
        (3, from text in Gen.Elements("a", "b", "", "<script>") from at in Gen.Choose(-3, 1) from who in Gen.Elements("Meier", "Schulz", " ") select (NoteCommand)Said(text, at, who)),
        (2, from number in Gen.Choose(0, 6) select (NoteCommand)new Withdraw(number, "Meier")));

    [Fact]
    public void Whatever_people_note_and_take_back_no_words_are_changed_or_lost() =>
        Prop.ForAll(anything.ListOf().ToArbitrary(), said =>
        {
            var written = book.Run(said).OfType<Written>().ToList();
            var kept = book.After(said).State.Notes;
            return kept.Keys.SequenceEqual(Enumerable.Range(1, written.Count)) && written.TrueForAll(note => (kept[note.Number].Text, kept[note.Number].About, kept[note.Number].By) == (note.Text, note.About, note.By));
        }).Holds();

    [Fact]
    public void Every_command_is_harmless_when_it_comes_twice() =>
        Prop.ForAll(anything.ListOf().ToArbitrary(), said =>
        {
            var known = book;
            foreach (var command in said)
            {
                known = known.After(command);
                if (known.Run(command).Count > 0) return false;
            }

            return true;
        }).Holds();
}
