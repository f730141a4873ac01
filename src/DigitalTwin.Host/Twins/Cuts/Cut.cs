using System.Collections.Immutable;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Domain.Lines;
using DigitalTwin.Domain.Units;
using DigitalTwin.Domain.WorkOrders;

namespace DigitalTwin.Host.Twins.Cuts;

/// <summary>
/// The whole plant after one event of its journal, as a value: whoever holds it sees one consistent moment for as long as he likes, may fold
/// further events onto it (his own: a fork), and can compare it with another one.
/// </summary>
/// <remarks>A cut that follows another by a few events shares with it all that did not change, so holding one costs little.</remarks>
public sealed class Cut
{
    internal Cut(PlantPlaces places) => Places = places;

    /// <summary>Offset of the newest event folded in; 0: none is.</summary>
    public long Offset { get; internal init; }

    /// <summary>Newest plant time at which equipment had reported something by then; late reports do not move it. Null before the first.</summary>
    public DateTimeOffset? PlantTime { get; internal init; }

    /// <summary>Machines and stations, by id; those that have recorded something.</summary>
    public ImmutableDictionary<string, EntityState<UnitState>> Units { get; internal init; } = ImmutableDictionary<string, EntityState<UnitState>>.Empty;

    public ImmutableDictionary<string, EntityState<LineState>> Lines { get; internal init; } = ImmutableDictionary<string, EntityState<LineState>>.Empty;

    /// <summary>Work orders at hand: all that are open, and of the finished ones the <see cref="CutBuilder.FinishedOrders"/> that moved last.</summary>
    public ImmutableDictionary<string, EntityState<WorkOrderState>> WorkOrders { get; internal init; } = ImmutableDictionary<string, EntityState<WorkOrderState>>.Empty;

    /// <summary>The finished ones among <see cref="WorkOrders"/> by the offset of their newest event: the first is let go of next.</summary>
    internal ImmutableSortedDictionary<long, string> Finished { get; init; } = ImmutableSortedDictionary<long, string>.Empty;

    /// <summary>Why a twin is as it was before a row of its events that cannot be read, by id.</summary>
    public ImmutableDictionary<string, string> Damage { get; internal init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Offset of the newest row that cannot be read; 0 where all can.</summary>
    public long NewestDamage { get; internal init; }

    /// <summary>Offset of the newest event of each shard: this cut as a vector.</summary>
    public ImmutableDictionary<ShardId, long> Shards { get; internal init; } = ImmutableDictionary<ShardId, long>.Empty;

    internal PlantPlaces Places { get; }

    /// <summary>The same for cuts of which one was folded onto the other: only then an offset tells what they share.</summary>
    internal object History { get; init; } = new();

    /// <summary>The plant before its first event.</summary>
    public static Cut Empty(PlantPlaces places) => new(places);

    /// <summary>A cut from its parts; which finished orders are let go of next follows from them.</summary>
    internal static Cut Of(
        PlantPlaces places, long offset, DateTimeOffset? plantTime, long newestDamage,
        IEnumerable<KeyValuePair<string, EntityState<UnitState>>> units, IEnumerable<KeyValuePair<string, EntityState<LineState>>> lines,
        IReadOnlyDictionary<string, EntityState<WorkOrderState>> orders, IEnumerable<KeyValuePair<string, string>> damage, IEnumerable<KeyValuePair<ShardId, long>> shards) => new(places)
        {
            Offset = offset,
            PlantTime = plantTime,
            Units = units.ToImmutableDictionary(),
            Lines = lines.ToImmutableDictionary(),
            WorkOrders = orders.ToImmutableDictionary(),
            Finished = orders.Where(order => CutBuilder.IsFinished(order.Value)).ToImmutableSortedDictionary(order => order.Value.Offset, order => order.Key),
            Damage = damage.ToImmutableDictionary(),
            NewestDamage = newestDamage,
            Shards = shards.ToImmutableDictionary(),
        };

    /// <summary>A machine or station; the empty state at offset 0 before its first event.</summary>
    public EntityState<UnitState> Unit(string id) => Units.GetValueOrDefault(id) ?? new(UnitState.Initial, 0, 0);

    public EntityState<LineState> Line(string id) => Lines.GetValueOrDefault(id) ?? new(LineState.Initial, 0, 0);

    /// <summary>The plant after one more event. Many at once go through a <see cref="CutBuilder"/>.</summary>
    /// <param name="archive">Where a work order that was let go of is found again when it is heard of; null: an event of one counts as damage.</param>
    public Cut Apply(StoredEvent stored, WorkOrderArchive? archive = null)
    {
        var builder = new CutBuilder(this, archive);
        builder.Apply(stored);
        return builder.ToCut();
    }
}
