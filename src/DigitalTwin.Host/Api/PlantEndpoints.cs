using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Edge.Link;
using DigitalTwin.Host.Twins;

namespace DigitalTwin.Host.Api;

public sealed record PlantView(
    string Id, string Name, string TimeZone, ClockView Clock, IReadOnlyList<LineView> Lines, ShiftView? Shift, IReadOnlyList<GatewayView> Gateways, Freshness Freshness);

/// <param name="OffsetSeconds">How far plant time is ahead of wall time.</param>
public sealed record ClockView(DateTimeOffset PlantTime, double Speed, double OffsetSeconds);

/// <param name="OeeTarget">Where its OEE should lie; null where the definition does not say.</param>
public sealed record LineView(string Id, string Name, string Area, string ConstraintStation, OeeTarget? OeeTarget);

public sealed record ShiftView(string Name, DateTimeOffset From, DateTimeOffset To);

/// <param name="Since">Wall time at which it connected, or was lost.</param>
public sealed record GatewayView(string Name, bool Connected, DateTimeOffset Since, long Buffered, long Dropped, IReadOnlyList<EndpointState> Endpoints);

/// <summary>The plant as a whole: its clock, its lines, the running shift, and how well it is seen.</summary>
public static class PlantEndpoints
{
    public static void MapPlant(this IEndpointRouteBuilder api) =>
        api.MapGet("/plant", (PlantDefinition plant, TimeProvider time, PlantTime plantTime, PlantClock clock, ShiftCalendar calendar, Gateways gateways, LiveValues live) => new PlantView(
            plant.Id, plant.Name, plant.TimeZone, Clock(time, plantTime, clock),
            [.. plant.Areas.SelectMany(area => area.Lines, (area, line) => new LineView(line.Id, line.Name, area.Id, line.ConstraintStation, line.OeeTarget))],
            calendar.At(plantTime.GetUtcNow()) is { } shift ? View(shift) : null,
            [.. gateways.All.Select(gateway => new GatewayView(gateway.Name, gateway.Connected, gateway.Since, gateway.Buffered, gateway.Dropped, gateway.Endpoints))],
            live.Freshness()))
            .WithName("plant").WithSummary("The plant: clock, lines, running shift, gateways, freshness of its signals");

    public static ClockView Clock(TimeProvider time, PlantTime plantTime, PlantClock clock)
    {
        DateTimeOffset wall = time.GetUtcNow();
        DateTimeOffset plant = plantTime.GetUtcNow();
        return new(plant, clock.Speed, (plant - wall).TotalSeconds);
    }

    public static ShiftView View(ShiftOccurrence shift) => new(shift.Name, shift.Time.From, shift.Time.To);
}
