using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Host.Startup;

/// <summary>A line with all that is below it, its orders included, is one shard; what belongs to no line is in the plant's.</summary>
public sealed class LineShards(PlantDefinition plant)
{
    private readonly ShardId rest = new(plant.Id);
    private readonly (string Id, string Below, ShardId Shard)[] lines = [.. plant.Lines.Select(line => (line.Id, line.Id + ".", new ShardId(line.Id)))];

    public IEnumerable<ShardId> All => lines.Select(line => line.Shard).Append(rest);

    public ShardId Of(EntityId id)
    {
        foreach ((string line, string below, ShardId shard) in lines)
        {
            if (id.Value.StartsWith(below, StringComparison.Ordinal) || id.Value == line)
                return shard;
        }

        return rest;
    }
}
