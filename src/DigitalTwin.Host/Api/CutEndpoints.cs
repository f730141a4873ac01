using DigitalTwin.Host.Twins.Projections;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DigitalTwin.Host.Api;

/// <param name="At">Plant time.</param>
/// <param name="Shards">Offset of the newest event of each line, and of what belongs to none under the plant's id.</param>
/// <param name="Items">Places as in the list of twins, then the work orders that were open or finished lately. Measurements are not in the journal, and absent.</param>
/// <param name="Behind">As <see cref="TwinPage.Behind"/>.</param>
public sealed record CutView(long Offset, DateTimeOffset? At, IReadOnlyDictionary<string, long> Shards, IReadOnlyList<TwinView> Items, BehindView? Behind);

public sealed record MomentView(long Offset, DateTimeOffset? At);

/// <param name="Before">Null where the twin did not have it then.</param>
public sealed record ChangeView(string Id, string Field, object? Before, object? After);

/// <param name="Behind">As <see cref="TwinPage.Behind"/>.</param>
/// <param name="OrdersLetGo">Work orders that were released after the first moment, finished, and heard of last before this offset are left out; null: none is.</param>
public sealed record DiffView(MomentView From, MomentView To, IReadOnlyList<ChangeView> Items, BehindView? Behind, long? OrdersLetGo);

/// <summary>The plant at one moment of its past, and what changed between two.</summary>
public static class CutEndpoints
{
    public static void MapCuts(this IEndpointRouteBuilder api)
    {
        api.MapGet("/cuts", Cut).WithName("cut").WithSummary("A consistent cut of the plant, or of what a scope names, at a plant time or journal offset")
            .WithDescription("at: plant time, or offset: journal offset; neither: now. scope: id of a place.");
        api.MapGet("/diff", Diff).WithName("diff").WithSummary("What changed between two moments: twin, field, before, after")
            .WithDescription("from, to: plant time, or offset:N; without to: now. scope: id of a place, or of a work order. ordersLetGo: work orders that came and went in between, and were heard of last before that offset, are left out.");
    }

    private static async Task<Results<Ok<CutView>, ProblemHttpResult>> Cut(
        TwinDirectory twins, TimeTravel travel, ProjectionSet projections, CancellationToken cancellation, string? at = null, string? offset = null, string? scope = null)
    {
        var asked = new Asked();
        AskedMoment? moment = asked.Moment(at, offset);
        if (!asked.IsValid)
            return asked.Problem;
        if (scope is not null && !twins.IsPlace(scope))
            return Problems.NotFound($"There is no place '{scope}'; /api/v1/twins lists all.");
        BehindView? behind = BehindView.Of(projections.Lag(), moment);
        Moment found = await travel.AtAsync(moment ?? travel.Now, cancellation);
        if (found is not Moment.Found { Cut: var cut } known)
            return Problems.Invalid(((Moment.Refused)found).Why);
        IEnumerable<TwinView> below = twins.Below(scope, null, null, cut, asRecorded: true);
        return TypedResults.Ok(new CutView(
            cut.Offset, known.At, cut.Shards.Where(shard => scope is null || shard.Key.Value == scope || TwinDirectory.IsBelow(shard.Key.Value, scope) || shard.Key == cut.Places.ShardOf(scope))
                .OrderBy(shard => shard.Key.Value, StringComparer.Ordinal).ToDictionary(shard => shard.Key.Value, shard => shard.Value),
            [.. scope is null ? below : below.Prepend(twins.Find(scope, cut)!)], behind));
    }

    private static async Task<Results<Ok<DiffView>, ProblemHttpResult>> Diff(
        TwinDirectory twins, TimeTravel travel, ProjectionSet projections, CancellationToken cancellation, string? scope = null, string? from = null, string? to = null)
    {
        var asked = new Asked();
        asked.Require(!string.IsNullOrEmpty(from), "from is missing: a plant time, or offset:N.");
        AskedMoment? start = asked.MomentOf("from", from), end = asked.MomentOf("to", to);
        if (!asked.IsValid)
            return asked.Problem;
        Lag lag = projections.Lag();
        Moment before = await travel.AtAsync(start!.Value, cancellation), after = await travel.AtAsync(end ?? travel.Now, cancellation);
        if (before is not Moment.Found first)
            return Problems.Invalid($"from: {((Moment.Refused)before).Why}");
        if (after is not Moment.Found second)
            return Problems.Invalid($"to: {((Moment.Refused)after).Why}");
        if (scope is not null && !twins.IsPlace(scope) && twins.Find(scope, first.Cut) is null && twins.Find(scope, second.Cut) is null)
            return TwinEndpoints.Unknown(scope);
        return TypedResults.Ok(new DiffView(
            new(first.Cut.Offset, first.At), new(second.Cut.Offset, second.At), [.. twins.Changes(first.Cut, second.Cut, scope)],
            BehindView.Of(lag, start) ?? BehindView.Of(lag, end), twins.HasOrders(scope) ? TwinDirectory.OrdersLetGo(second.Cut, since: first.Cut) : null));
    }
}
