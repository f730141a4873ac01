using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;

namespace DigitalTwin.Host.Api;

public sealed record ActorsView(string System, IReadOnlyList<ActorView> Actors);

/// <param name="Mailbox">Messages that wait.</param>
/// <param name="Processed">Messages handled since the host started.</param>
/// <param name="State">running, restarting or stopped.</param>
/// <param name="Why">Last failure, when it is not running.</param>
public sealed record ActorView(string Id, string Kind, int Mailbox, long Processed, int Restarts, string State, string? Why);

public sealed record JournalView(long Events, int Entities, long HeadOffset, string HeadHash);

/// <summary>What runs underneath: the actors and their journal.</summary>
public static class EngineEndpoints
{
    public static void MapEngine(this IEndpointRouteBuilder api)
    {
        api.MapGet("/actors", (EntitySystem system) => new ActorsView(system.Name, [.. system.List().Select(status => new ActorView(
            status.Id.Value, status.Kind, status.Mailbox, status.Processed, status.Restarts, status.State.ToString().ToLowerInvariant(), status.Why))]))
            .WithName("actors").WithSummary("Entities that have had a message since the host started");
        api.MapGet("/journal", (IJournalReader journal) =>
        {
            JournalHead head = journal.Head;
            return new JournalView(head.Offset, journal.CountEntities(), head.Offset, Convert.ToHexStringLower(head.Hash.Span));
        }).WithName("journal").WithSummary("How far the journal reaches");
    }
}
