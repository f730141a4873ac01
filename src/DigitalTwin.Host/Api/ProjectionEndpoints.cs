using DigitalTwin.Host.Twins.Projections;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DigitalTwin.Host.Api;

/// <param name="Offset">The newest event in it.</param>
/// <param name="Head">The newest event recorded.</param>
/// <param name="BehindSeconds">Wall time since the first event that is not in it was recorded.</param>
/// <param name="State">live, behind (more than five seconds) or rebuilding.</param>
/// <param name="Rebuilt">The last rebuild since the host started, or the one under way; null: none.</param>
public sealed record ProjectionView(string Name, string Version, long Offset, long Head, long BehindEvents, double BehindSeconds, string State, RebuildView? Rebuilt);

/// <param name="Started">Wall time.</param>
/// <param name="State">running, done, cancelled or failed.</param>
/// <param name="Offset">How far it has come, of <paramref name="Target"/>.</param>
/// <param name="Differed">Whether the projection in use was not what the journal says, and was replaced; null before the end.</param>
/// <param name="Differences">The first of them.</param>
public sealed record RebuildView(DateTimeOffset Started, string State, long Offset, long Target, double Seconds, bool? Differed, IReadOnlyList<string> Differences, string? Why)
{
    public static RebuildView? Of(Rebuild? rebuild) => rebuild is null ? null : new(
        rebuild.Started, rebuild.State.ToString().ToLowerInvariant(), rebuild.Offset, rebuild.Target, rebuild.Seconds, rebuild.Differed, rebuild.Differences, rebuild.Why);
}

/// <summary>How far a list is behind what is recorded; only said beyond the bound.</summary>
public sealed record BehindView(long Events, double Seconds)
{
    public static BehindView? Of(Lag lag) => lag.IsBehind ? new(lag.Events, lag.Seconds) : null;

    /// <summary>What is asked for by its offset is whole, or refused; now and a time may be cut short.</summary>
    public static BehindView? Of(Lag lag, AskedMoment? asked) => asked?.Offset is null ? Of(lag) : null;
}

/// <summary>The read models behind this API: how far they are, and making them anew.</summary>
public static class ProjectionEndpoints
{
    public static void MapProjections(this IEndpointRouteBuilder api)
    {
        api.MapGet("/projections", (ProjectionSet projections) => new Page<ProjectionView>([.. projections.All().Select(View)], null))
            .WithName("projections").WithSummary("The read models, how far each is behind the journal, and its last rebuild");
        api.MapPost("/projections/{name}/rebuild", Rebuild).WithName("projectionRebuild").WithSummary("Begins to make a read model anew from the first event, while it stays in use");
        api.MapDelete("/projections/{name}/rebuild", Cancel).WithName("projectionRebuildCancel").WithSummary("Ends a rebuild; the read model in use stays as it is");
    }

    private static Results<Accepted<ProjectionView>, ProblemHttpResult> Rebuild(ProjectionSet projections, string name)
    {
        if (!ProjectionSet.Names.Contains(name))
            return Unknown(name);
        projections.Rebuild(name);
        return TypedResults.Accepted("/api/v1/projections", View(projections.All().Single(projection => projection.Name == name)));
    }

    private static Results<Ok<ProjectionView>, ProblemHttpResult> Cancel(ProjectionSet projections, string name)
    {
        if (!ProjectionSet.Names.Contains(name))
            return Unknown(name);
        projections.Cancel(name);
        return TypedResults.Ok(View(projections.All().Single(projection => projection.Name == name)));
    }

    private static ProjectionView View(ProjectionStatus projection) => new(
        projection.Name, projection.Version, projection.Offset, projection.Head, projection.Lag.Events, projection.Lag.Seconds,
        projection.Rebuilt?.State == RebuildState.Running ? "rebuilding" : projection.Lag.IsBehind ? "behind" : "live", RebuildView.Of(projection.Rebuilt));

    private static ProblemHttpResult Unknown(string name) => Problems.NotFound($"There is no projection '{name}'; there are {string.Join(" and ", ProjectionSet.Names)}.");
}
