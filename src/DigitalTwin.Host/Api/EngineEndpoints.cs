using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Host.Startup;
using DigitalTwin.Host.Telemetry;
using DigitalTwin.Host.Twins;

namespace DigitalTwin.Host.Api;

public sealed record ActorsView(string System, ActorTotals Totals, IReadOnlyList<ActorView> Actors);

/// <param name="Mailbox">Messages that wait, of all actors.</param>
/// <param name="DeepestMailbox">Of the actor with the most.</param>
/// <param name="DeadLettersLost">Dead letters that could not be stored either, since the host started.</param>
public sealed record ActorTotals(int InMemory, int Running, int Restarting, int Stopped, int Mailbox, int DeepestMailbox, long DeadLettersLost);

/// <param name="Mailbox">Messages that wait.</param>
/// <param name="Processed">Messages handled since it came into memory.</param>
/// <param name="LastMessage">Wall time.</param>
/// <param name="State">running, restarting or stopped.</param>
/// <param name="Why">Last failure, when it is not running.</param>
public sealed record ActorView(
    string Id, string Kind, string Shard, int Mailbox, long Processed, int Restarts, DateTimeOffset LastMessage, string State, string? Why);

/// <param name="Store">sqlite or postgresql.</param>
/// <param name="Entities">Twins that have at least one event.</param>
/// <param name="Lag">Events that the shown twins do not have yet.</param>
/// <param name="Commits">Of this host; null before the first.</param>
public sealed record JournalView(string Store, long Events, int Entities, long HeadOffset, string HeadHash, long Lag, CommitsView? Commits);

/// <summary>What runs underneath: the actors and their journal.</summary>
public static class EngineEndpoints
{
    public static void MapEngine(this IEndpointRouteBuilder api)
    {
        api.MapGet("/actors", (EntitySystem system) =>
        {
            IReadOnlyList<EntityStatus> all = system.List();
            return new ActorsView(system.Name, Totals(all, system.DeadLetters.Lost), [.. all.Select(View)]);
        }).WithName("actors").WithSummary("The actors in memory, and how many of them do what");
        api.MapGet("/journal", (IJournalReader journal, JournalStore store, TwinModel model, CommitFigures commits) =>
        {
            // The model first: it never is ahead of the journal.
            long shown = model.Offset;
            JournalHead head = journal.Head;
            return new JournalView(
                store.Name, head.Offset, journal.CountEntities(), head.Offset, Convert.ToHexStringLower(head.Hash.Span), head.Offset - shown, commits.Now());
        }).WithName("journal").WithSummary("How far the journal reaches, and how quick its commits are");
    }

    private static ActorTotals Totals(IReadOnlyList<EntityStatus> all, long lost) => new(
        all.Count, all.Count(status => status.State == EntityLifecycle.Running), all.Count(status => status.State == EntityLifecycle.Restarting),
        all.Count(status => status.State == EntityLifecycle.Stopped), all.Sum(status => status.Mailbox), all.Count == 0 ? 0 : all.Max(status => status.Mailbox), lost);

    private static ActorView View(EntityStatus status) => new(
        status.Id.Value, status.Kind, status.Shard.Value, status.Mailbox, status.Processed, status.Restarts, status.LastMessage,
        status.State.ToString().ToLowerInvariant(), status.Why);
}
