using Microsoft.AspNetCore.Mvc;

namespace DigitalTwin.Host.Telemetry;

/// <param name="Status">live or dead.</param>
/// <param name="Why">Null while it lives.</param>
public sealed record LivenessView(string Status, string? Why);

/// <summary>What a service manager or a load balancer asks: is it to be restarted, is it to be relied on.</summary>
public static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", ([FromServices] Heartbeat heart) => heart.WhyNotAlive is { } why
            ? Results.Json(new LivenessView("dead", why), statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Ok(new LivenessView("live", null))).ExcludeFromDescription();
        app.MapGet("/health/ready", ([FromServices] Readiness readiness) => readiness.Check() is var view && !view.Missing.Any()
            ? Results.Ok(view) : Results.Json(view, statusCode: StatusCodes.Status503ServiceUnavailable)).ExcludeFromDescription();
    }
}
