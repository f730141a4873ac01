using DigitalTwin.Actors.Entities;

namespace DigitalTwin.Actors.Snapshots;

/// <summary>The state of an entity after its event <paramref name="Seq"/>, so that recovery reads only what came later. Never needed: the journal has it all.</summary>
/// <param name="Offset">Journal offset of event <paramref name="Seq"/>.</param>
/// <param name="Recorded">When event <paramref name="Seq"/> was committed; with its offset it tells whether the journal still holds the history that this snapshot is of.</param>
/// <param name="Format">Explicit and versioned, as an event's name: <c>unit.state.v1</c>. A change of the state's meaning is a new version.</param>
public sealed record Snapshot(EntityId Entity, long Seq, long Offset, DateTimeOffset Recorded, string Format, ReadOnlyMemory<byte> State);

/// <param name="Found">Null: there is none, or it must not be used.</param>
/// <param name="Ignored">Why the stored one must not be used: it does not match its hash, or cannot be read.</param>
public readonly record struct SnapshotRead(Snapshot? Found, string? Ignored);

/// <summary>The newest snapshot of each entity. Blocking; loads on any thread, saves from one at a time.</summary>
public interface ISnapshots
{
    SnapshotRead Load(EntityId entity);

    /// <summary>Replaces what is there, all or nothing. May be lost by a power cut; what is there afterwards is whole or is told from a whole one by its hash.</summary>
    /// <exception cref="Exception">Not saved; the one before stays.</exception>
    void Save(IReadOnlyList<Snapshot> snapshots);
}
