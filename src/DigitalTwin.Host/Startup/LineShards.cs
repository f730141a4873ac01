using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Host.Twins.Cuts;

namespace DigitalTwin.Host.Startup;

/// <summary>A line with all that is below it, its orders included, is one shard; what belongs to no line is in the plant's.</summary>
public sealed class LineShards(PlantDefinition plant)
{
    private readonly PlantPlaces places = new(plant);

    public IEnumerable<ShardId> All => plant.Lines.Select(line => new ShardId(line.Id)).Append(places.Plant);

    /// <summary>As the cuts of the journal count them.</summary>
    public ShardId Of(EntityId id) => places.ShardOf(id.Value);
}
