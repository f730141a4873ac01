using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using DigitalTwin.Actors.Entities;

namespace DigitalTwin.Actors.DeadLetters;

/// <summary>The dead letters of one shard, as an entity: its newest open ones.</summary>
/// <param name="Last">Number of the newest letter.</param>
/// <param name="Dropped">Open letters that were forgotten to make room; the journal still has their events.</param>
internal sealed record DeadLetterBox(long Last, ImmutableSortedDictionary<long, DeadLetterEvent.Stored> Open, long Dropped)
{
    public const string Kind = "deadLetters";
    private const int MaxOpen = 1000;

    /// <summary>Of the open letters together: they are in memory, and in each snapshot.</summary>
    private const int MaxBytes = 1024 * 1024;

    /// <summary>Of the open letters.</summary>
    public long Bytes { get; private init; }

    public static readonly DeadLetterBox Empty = new(0, ImmutableSortedDictionary<long, DeadLetterEvent.Stored>.Empty, 0);

    public static readonly EntityBehavior<DeadLetterBox, DeadLetterCommand, DeadLetterEvent> Behavior = new(Kind, _ => Empty, Decide, Apply, Encode, Decode)
    {
        SnapshotCodec = new(
            "dead-letters.state.v1",
            box => JsonSerializer.SerializeToUtf8Bytes(new Saved(box.Last, box.Dropped, [.. box.Open.Values])),
            bytes => Restored(JsonSerializer.Deserialize<Saved>(bytes.Span)!)),
    };

    private static Outcome<DeadLetterEvent> Decide(DeadLetterBox box, DeadLetterCommand command, DateTimeOffset now) => command switch
    {
        DeadLetterCommand.Store store when box.OpenOf(store.Letter.Entity) >= store.Most => Outcome<DeadLetterEvent>.Nothing.Instance,
        DeadLetterCommand.Store store => Accept(store.Letter with { Number = box.Last + 1, At = now }),
        DeadLetterCommand.NoteReplay replay when box.Open.ContainsKey(replay.Number) => Accept(new DeadLetterEvent.Replayed(replay.Number, replay.Outcome, replay.Reason)),
        DeadLetterCommand.NoteReplay => Outcome<DeadLetterEvent>.Nothing.Instance,
        _ => throw new UnreachableException(),
    };

    private static DeadLetterBox Apply(DeadLetterBox box, DeadLetterEvent happened) => happened switch
    {
        DeadLetterEvent.Stored stored => box.WithRoomFor(Size(stored)).With(stored),
        // What failed may be worth another attempt.
        DeadLetterEvent.Replayed { Outcome: "failed" } => box,
        DeadLetterEvent.Replayed replayed => box.Without(replayed.Number),
        _ => throw new UnreachableException(),
    };

    private int OpenOf(string entity) => Open.Values.Count(letter => letter.Entity == entity);

    private DeadLetterBox With(DeadLetterEvent.Stored letter) =>
        this with { Last = letter.Number, Open = Open.Add(letter.Number, letter), Bytes = Bytes + Size(letter) };

    private DeadLetterBox Without(long number) =>
        Open.TryGetValue(number, out var letter) ? this with { Open = Open.Remove(number), Bytes = Bytes - Size(letter) } : this;

    /// <summary>The oldest go first.</summary>
    private DeadLetterBox WithRoomFor(long bytes)
    {
        var box = this;
        while (box.Open.Count > 0 && (box.Open.Count >= MaxOpen || box.Bytes + bytes > MaxBytes))
            box = box.Without(box.Open.Keys.First()) with { Dropped = box.Dropped + 1 };
        return box;
    }

    private static long Size(DeadLetterEvent.Stored letter) => letter.Payload.Length + letter.Entity.Length + letter.Command.Length + letter.Reason.Length;

    private static EncodedEvent Encode(DeadLetterEvent happened) => happened switch
    {
        DeadLetterEvent.Stored stored => new("dead-letter.stored.v1", JsonSerializer.SerializeToUtf8Bytes(stored), stored.At),
        DeadLetterEvent.Replayed replayed => new("dead-letter.replayed.v1", JsonSerializer.SerializeToUtf8Bytes(replayed)),
        _ => throw new UnreachableException(),
    };

    private static DeadLetterEvent Decode(string name, ReadOnlyMemory<byte> payload) => name switch
    {
        "dead-letter.stored.v1" => JsonSerializer.Deserialize<DeadLetterEvent.Stored>(payload.Span)!,
        "dead-letter.replayed.v1" => JsonSerializer.Deserialize<DeadLetterEvent.Replayed>(payload.Span)!,
        _ => throw new UnreadableEventException($"the event {name} is not known to this version of the program"),
    };

    private static Outcome<DeadLetterEvent> Accept(DeadLetterEvent happened) => new Outcome<DeadLetterEvent>.Accepted([happened]);

    private static DeadLetterBox Restored(Saved saved) =>
        new(saved.Last, saved.Open.ToImmutableSortedDictionary(letter => letter.Number, letter => letter), saved.Dropped) { Bytes = saved.Open.Sum(Size) };

    private sealed record Saved(long Last, long Dropped, DeadLetterEvent.Stored[] Open);
}

internal abstract record DeadLetterCommand
{
    private DeadLetterCommand() { }

    /// <summary>Number and time are given by the box.</summary>
    /// <param name="Most">Not where so many letters of the entity are open.</param>
    public sealed record Store(DeadLetterEvent.Stored Letter, int Most = int.MaxValue) : DeadLetterCommand;

    public sealed record NoteReplay(long Number, string Outcome, string? Reason) : DeadLetterCommand;
}

/// <summary>Journalled: fields are added, never renamed or reused.</summary>
internal abstract record DeadLetterEvent
{
    private DeadLetterEvent() { }

    public sealed record Stored(
        long Number, string Entity, string Kind, string Command, byte[] Payload, string Reason, bool Replayable, string? Trace, DateTimeOffset At) : DeadLetterEvent;

    public sealed record Replayed(long Number, string Outcome, string? Reason) : DeadLetterEvent;
}
