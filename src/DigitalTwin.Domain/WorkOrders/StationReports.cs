using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;
using static DigitalTwin.Domain.WorkOrders.WorkOrderCommand;

namespace DigitalTwin.Domain.WorkOrders;

/// <summary>What a station's events mean for the work orders of the vehicles in it.</summary>
public static class StationReports
{
    /// <param name="station">Id of the station that recorded the event.</param>
    /// <returns>The work order's id and what to tell it, in this order; a report begins with a release, which changes nothing on a known order.</returns>
    public static IReadOnlyList<(string WorkOrder, WorkOrderCommand Command)> For(LineDefinition line, string station, UnitEvent recorded)
    {
        return recorded switch
        {
            UnitEvent.VehicleEntered e => Report(e.Vehicle, new Enter(station, e.At)),
            UnitEvent.VehicleLeft e => Report(e.Vehicle, new Leave(station, e.At)),
            UnitEvent.Counted { Counter: SignalRole.GoodCount, Vehicle: { } vehicle } e => Report(vehicle, new Judge(station, OperationResult.Good, e.At)),
            UnitEvent.Counted { Counter: SignalRole.ScrapCount, Vehicle: { } vehicle } e => Report(vehicle, new Judge(station, OperationResult.Scrap, e.At)),
            _ => [],
        };

        (string, WorkOrderCommand)[] Report(string body, WorkOrderCommand command)
        {
            var order = WorkOrder.IdOf(line.Id, body);
            return [(order, new Release(line.Id, body, [.. line.Stations.Select(stop => stop.Id)], recorded.At)), (order, command)];
        }
    }
}
