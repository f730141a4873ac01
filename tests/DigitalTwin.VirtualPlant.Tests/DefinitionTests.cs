using DigitalTwin.Domain.Plant;
using DigitalTwin.VirtualPlant.Nodes;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Tests;

/// <summary>The plant knows no definition file, and the files were not made from it: here the two meet.</summary>
public sealed class DefinitionTests
{
    private static PlantDefinition Read(string layout) =>
        Assert.IsType<PlantReading.Valid>(PlantFile.Read(File.ReadAllBytes(Path.Combine(Checkout.Folder("simulations", "plants"), $"{layout}.json")))).Plant;

    [Theory]
    [InlineData(PhysicsParameters.FirstLine)]
    [InlineData(PhysicsParameters.WholePlant)]
    public void Every_signal_of_the_definition_is_a_node_of_the_plant_with_the_same_endpoint_type_unit_range_and_period(string layout)
    {
        var definition = Read(layout);
        var nodes = Plant.Build(1, new() { Layout = layout }, 1, 0).Nodes.ToDictionary(node => $"{node.Place.Endpoint} nsu={node.Place.NamespaceUri};s={node.Id}");
        foreach (var line in definition.Lines)
            foreach (var signal in line.Signals.Concat(line.Stations.SelectMany(station => station.Signals.Concat(station.Machines.SelectMany(machine => machine.Signals)))))
            {
                var node = Assert.Contains($"{line.Endpoint} {signal.Node}", nodes);
                Assert.Equal((signal.Id, signal.Unit, signal.Type == SignalType.Text, signal.Period.TotalSeconds), (signal.Id, node.Unit?.Symbol, node.Type == NodeType.String, node.Seconds));
                Assert.Equal((signal.Id, signal.Low, signal.High), (signal.Id, node.Range?.Low, node.Range?.High));
                Assert.Equal((signal.Id, signal.Role == SignalRole.Setpoint), (signal.Id, node.Write is not null));
            }
        Assert.Contains($"{definition.Clock!.Endpoint} {definition.Clock.PlantTime}", nodes);
        Assert.Contains($"{definition.Clock.Endpoint} {definition.Clock.Speed}", nodes);
    }

    [Fact]
    public void The_whole_plant_has_some_fifty_work_units_and_four_hundred_signals_behind_an_endpoint_for_each_area()
    {
        var definition = Read(PhysicsParameters.WholePlant);
        Assert.InRange(definition.Stations.Count(), 50, 70);
        Assert.InRange(definition.Signals.Count(), 400, 550);
        Assert.Equal(["stamping", "body", "paint", "store", "assembly", "crib"], definition.Endpoints.Select(endpoint => endpoint.Name));
        Assert.Equal(definition.Endpoints.Select(endpoint => $"leipzig.{endpoint.Name}"), definition.Areas.Select(area => area.Id));
    }
}
