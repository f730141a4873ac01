using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Sharding;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DigitalTwin.Host.Api;

public sealed record ShardsView(IReadOnlyList<ShardView> Items);

/// <param name="Owner">The process that may write to it.</param>
/// <param name="Epoch">Grows with each change of hands, of whatever shard.</param>
/// <param name="ExpiresInSeconds">After so long others may take it, unless its owner renews; 0: they may now.</param>
/// <param name="Mine">This host runs it.</param>
public sealed record ShardView(string Shard, string Owner, long Epoch, double ExpiresInSeconds, bool Mine);

/// <summary>Which process runs which line.</summary>
public static class ShardEndpoints
{
    /// <summary>The journal's thread answers; it may wait for a disk or a database.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void MapShards(this IEndpointRouteBuilder api) => api.MapGet("/shards", Get).WithName("shards").WithSummary("Who runs which shard, and for how long without asking anew");

    private static async Task<Results<Ok<ShardsView>, ProblemHttpResult>> Get(EntitySystem system, CancellationToken cancellation)
    {
        try
        {
            IReadOnlyList<LeaseStatus> leases = await system.LeasesAsync(cancellation).WaitAsync(Patience, cancellation);
            Dictionary<ShardId, long> mine = system.Shards.Where(shard => shard.Mine).ToDictionary(shard => shard.Shard, shard => shard.Epoch);
            return TypedResults.Ok(new ShardsView([.. leases.OrderBy(lease => lease.Shard.Value, StringComparer.Ordinal).Select(lease => new ShardView(
                lease.Shard.Value, lease.Owner, lease.Epoch, Math.Round(lease.Expires.TotalSeconds, 1), mine.GetValueOrDefault(lease.Shard) == lease.Epoch))]));
        }
        catch (TimeoutException)
        {
            return Problems.NotReady($"The journal has not answered for {Patience.TotalSeconds:0} s; /health/ready says more.");
        }
    }
}
