using DigitalTwin.Actors.Entities;
using DigitalTwin.Host.Startup;

namespace DigitalTwin.Host.Tests.Startup;

public class LineShardsTests
{
    private static readonly LineShards Shards = new(MadePlant.Definition);

    [Fact]
    public void A_line_with_its_cells_its_machines_and_its_orders_is_one_shard()
    {
        foreach (string id in new[] { MadePlant.Line, MadePlant.First, MadePlant.Robot, $"{MadePlant.Line}.order-WB1" })
            Assert.Equal(MadePlant.Line, Shards.Of(new EntityId(id)).Value);
    }

    [Fact]
    public void What_belongs_to_no_line_is_in_the_plants_shard()
    {
        foreach (string id in new[] { MadePlant.Definition.Id, $"{MadePlant.Line}0.cell1", "anything" })
            Assert.Equal(MadePlant.Definition.Id, Shards.Of(new EntityId(id)).Value);
        Assert.Equal([MadePlant.Line, MadePlant.Definition.Id], Shards.All.Select(shard => shard.Value));
    }
}
