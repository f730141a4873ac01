using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using static DigitalTwin.Domain.Notes.NoteCommand;
using static DigitalTwin.Domain.Notes.NoteEvent;

namespace DigitalTwin.Domain.Notes;

/// <summary>What somebody wants done with the notes of a place.</summary>
/// <param name="By">Who.</param>
public abstract record NoteCommand(string By)
{
    /// <param name="About">The moment of plant time that the note is about.</param>
    public sealed record Write(DateTimeOffset About, string Text, string By) : NoteCommand(By);

    /// <summary>Takes a note back. Its words stay in the journal.</summary>
    public sealed record Withdraw(int Number, string By) : NoteCommand(By);
}

/// <summary>What people have noted. Journalled: fields are added, never renamed or reused.</summary>
/// <param name="Number">From 1, within its place and month.</param>
/// <param name="At">Plant time at which it was said.</param>
public abstract record NoteEvent(int Number, string By, DateTimeOffset At)
{
    public sealed record Written(int Number, DateTimeOffset About, string Text, string By, DateTimeOffset At) : NoteEvent(Number, By, At);

    public sealed record Withdrawn(int Number, string By, DateTimeOffset At) : NoteEvent(Number, By, At);
}

/// <param name="Withdrawn">By whom and when it was taken back; null: it stands.</param>
public sealed record Note(DateTimeOffset About, string Text, string By, DateTimeOffset At, Withdrawal? Withdrawn = null);

public sealed record Withdrawal(string By, DateTimeOffset At);

/// <param name="Notes">By number, from 1 without gaps.</param>
public sealed record NoteBookState(ImmutableSortedDictionary<int, Note> Notes)
{
    public static NoteBookState Initial { get; } = new(ImmutableSortedDictionary<int, Note>.Empty);
}

/// <summary>What people have noted about one place in one month: plain text at a moment of the plant's time. A note is never changed; it is taken back, and another one written.</summary>
public static class NoteBook
{
    public const int LongestText = 500;
    public const int LongestName = 100;

    /// <summary>A place's month is one state in memory; who needs more than thirty a day wants another tool.</summary>
    public const int MostNotes = 1000;

    private const string Mark = ".notes-";

    /// <returns><c>PLACE.notes-2026-01</c>, by the month (UTC) of the moment that a note is about.</returns>
    public static string IdOf(string place, DateTimeOffset about) => place + Mark + about.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    /// <returns>The place that a book's id names; null where it is no such id.</returns>
    public static string? PlaceOf(string id) => id.LastIndexOf(Mark, StringComparison.Ordinal) is > 0 and var end ? id[..end] : null;

    public static Decision<NoteEvent> Decide(NoteBookState state, NoteCommand command, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(command.By)) return Refuse("BY_MISSING", "A note has a name to it: say by whom.");
        if (command.By.Length > LongestName) return Refuse("BY_TOO_LONG", $"The name has {command.By.Length} characters; at most {LongestName} are kept.");
        return command switch
        {
            Write write when string.IsNullOrWhiteSpace(write.Text) => Refuse("NOTE_EMPTY", "The note has no words."),
            Write { Text.Length: > LongestText and var length } => Refuse("NOTE_TOO_LONG", $"The note has {length} characters; at most {LongestText} are kept."),
            Write write when write.About > now => Refuse("NOTE_AHEAD", $"A note is about what was: {Text(write.About)} is later than the plant's now, {Text(now)}."),
            Write write when state.Notes.Values.Any(note => note.Withdrawn is null && (note.About, note.Text, note.By) == (write.About, write.Text, write.By)) => Decision.Nothing<NoteEvent>(),   // a retry
            Write when state.Notes.Count >= MostNotes => Refuse("NOTES_FULL", $"This place has {MostNotes} notes in that month, and no more are kept."),
            Write write => Decision.Accept<NoteEvent>(new Written(state.Notes.Count + 1, write.About, write.Text, write.By, now)),
            Withdraw withdraw when !state.Notes.TryGetValue(withdraw.Number, out _) => Refuse("NOTE_UNKNOWN", $"There is no note {withdraw.Number} of this place and month; there are {state.Notes.Count}."),
            Withdraw withdraw when state.Notes[withdraw.Number].Withdrawn is not null => Decision.Nothing<NoteEvent>(),
            Withdraw withdraw => Decision.Accept<NoteEvent>(new Withdrawn(withdraw.Number, withdraw.By, now)),
            _ => throw new UnreachableException(),
        };
    }

    public static NoteBookState Apply(NoteBookState state, NoteEvent recorded) => recorded switch
    {
        Written e => new(state.Notes.Add(e.Number, new Note(e.About, e.Text, e.By, e.At))),
        Withdrawn e => new(state.Notes.SetItem(e.Number, state.Notes[e.Number] with { Withdrawn = new Withdrawal(e.By, e.At) })),
        _ => throw new UnreachableException(),
    };

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static Decision<NoteEvent> Refuse(string code, string reason) => Decision.Refuse<NoteEvent>(code, reason);
}
