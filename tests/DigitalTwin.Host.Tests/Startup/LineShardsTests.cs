using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Host.Startup;
using DigitalTwin.Host.Twins.Cuts;

namespace DigitalTwin.Host.Tests.Startup;

public class LineShardsTests
{
    private static readonly LineShards Shards = new(MadePlant.Definition);

    [Fact]
    public void A_line_with_its_cells_its_machines_and_its_orders_is_one_shard()
    {
        foreach (string id in new[] { MadePlant.Line, MadePlant.First, MadePlant.Robot, $"{MadePlant.Line}.order-WB1", $"{MadePlant.First}.stops-2026-01", $"{MadePlant.Robot}.notes-2026-01" })
            Assert.Equal(MadePlant.Line, Shards.Of(new EntityId(id)).Value);
    }

    [Fact]
    public void The_dead_letters_of_a_line_are_in_its_shard_for_the_engine_and_in_the_cut()
    {
        var box = new EntityId($"dead-letters.{MadePlant.Line}");
        Assert.Equal(MadePlant.Line, Shards.Of(box).Value);
        Cut cut = Cut.Empty(new PlantPlaces(MadePlant.Definition)).Apply(new StoredEvent(1, box, 1, "dead-letter.stored.v1", MadePlant.Morning, MadePlant.Morning, "{}"u8.ToArray()), null);
        Assert.Equal([new ShardId(MadePlant.Line)], cut.Shards.Keys);
    }

    [Fact]
    public void What_belongs_to_no_line_is_in_the_plants_shard()
    {
        foreach (string id in new[] { MadePlant.Definition.Id, $"{MadePlant.Line}0.cell1", "anything" })
            Assert.Equal(MadePlant.Definition.Id, Shards.Of(new EntityId(id)).Value);
        Assert.Equal([MadePlant.Line, MadePlant.Definition.Id], Shards.All.Select(shard => shard.Value));
    }
}
