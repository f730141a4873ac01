using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.TestKit;
using DigitalTwin.Domain.Lines;
using DigitalTwin.Domain.Units;
using DigitalTwin.Domain.WorkOrders;
using DigitalTwin.Host.Twins;

namespace DigitalTwin.Host.Tests.Twins;

[Collection("twins")]
public class TwinEntitiesTests
{
    [Fact]
    public async Task A_command_to_a_twin_that_the_plant_does_not_have_is_refused_and_makes_none()
    {
        var journal = new MemoryJournal();
        await using var system = new EntitySystem(journal);
        var twins = new TwinEntities(system, MadePlant.Definition);
        var desire = new UnitCommand.Desire("speedOverride", 90, "operator");
        foreach (string unknown in new[] { $"{MadePlant.First}.robot2", MadePlant.First })
            Assert.Equal(BadInput.UnknownEntity, CodeOf(await twins.Machines.AskAsync(new EntityId(unknown), desire, Wait.Patience)));
        foreach (string unknown in new[] { $"{MadePlant.Line}.cell9", MadePlant.Robot })
            Assert.Equal(BadInput.UnknownEntity, CodeOf(await twins.Stations.AskAsync(new EntityId(unknown), desire, Wait.Patience)));
        Assert.Equal(BadInput.UnknownEntity, CodeOf(await twins.Lines.AskAsync(new EntityId("leipzig.body.line9"), desire, Wait.Patience)));
        var enter = new WorkOrderCommand.Enter(MadePlant.First, MadePlant.Morning);
        foreach (string unknown in new[] { "leipzig.body.line9.order-WB1", $"{MadePlant.Line}.order-", MadePlant.First })
            Assert.Equal(BadInput.UnknownEntity, CodeOf(await twins.WorkOrders.AskAsync(new EntityId(unknown), enter, Wait.Patience)));
        Assert.StartsWith(BadInput.UnknownEntity, (await twins.TellAsync("leipzig.paint", desire, CancellationToken.None))!.Reason, StringComparison.Ordinal);
        Assert.Empty(system.List());
        Assert.Empty(journal.Events);
    }

    [Fact]
    public async Task Every_twin_of_the_plant_and_the_orders_of_its_lines_are_known()
    {
        await using var system = new EntitySystem(new MemoryJournal());
        var twins = new TwinEntities(system, MadePlant.Definition);
        foreach (string id in MadePlant.Definition.Machines.Select(machine => machine.Id).Concat(MadePlant.Definition.Stations.Select(station => station.Id)))
            Assert.Null(await twins.TellAsync(id, new UnitCommand.Desire("speedOverride", 90, "operator"), CancellationToken.None));
        Assert.Null(await twins.TellAsync(MadePlant.Line, new LineCommand.Configure([MadePlant.First, MadePlant.Last], MadePlant.Last), CancellationToken.None));
        Assert.IsType<Reply<WorkOrderState, WorkOrderEvent>.Accepted>(await twins.WorkOrders.AskAsync(
            new EntityId(WorkOrder.IdOf(MadePlant.Line, "WB.1")), new WorkOrderCommand.Release(MadePlant.Line, "WB.1", [MadePlant.First], MadePlant.Morning), Wait.Patience));
    }

    private static string CodeOf<TState, TEvent>(Reply<TState, TEvent> reply) => Assert.IsType<Reply<TState, TEvent>.Refused>(reply).Code;
}
