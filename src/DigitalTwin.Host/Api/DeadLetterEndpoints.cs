using System.Text;
using System.Text.Json;
using DigitalTwin.Actors.DeadLetters;
using DigitalTwin.Actors.Entities;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DigitalTwin.Host.Api;

/// <param name="Command">Stored name of the command.</param>
/// <param name="Payload">The command; text where it is kept as text only.</param>
/// <param name="At">Plant time.</param>
/// <param name="Trace">Trace that the command was sent in; null: none.</param>
public sealed record DeadLetterView(
    string Id, string Entity, string Kind, string Command, JsonElement Payload, string Reason, DateTimeOffset At, bool Replayable, string? Trace);

/// <param name="Next">Cursor of the next page; null on the last.</param>
/// <param name="Unread">A sentence for each shard whose letters cannot be read now and are missing here.</param>
public sealed record DeadLettersView(IReadOnlyList<DeadLetterView> Items, string? Next, IReadOnlyList<string> Unread);

/// <param name="Outcome">accepted, nothing, refused or failed; a failed one stays.</param>
public sealed record ReplayView(string Id, string Outcome, string? Reason);

/// <summary>Messages that no twin has handled: to be read, and sent again.</summary>
public static class DeadLetterEndpoints
{
    public static void MapDeadLetters(this IEndpointRouteBuilder api)
    {
        api.MapGet("/dead-letters", List).WithName("deadLetters").WithSummary("Messages that nobody has handled, the newest first");
        api.MapPost("/dead-letters/{id}/replay", Replay).WithName("replayDeadLetter").WithSummary("Sends the message of a dead letter again, and tells what became of it");
    }

    private static async Task<Results<Ok<DeadLettersView>, ProblemHttpResult>> List(
        EntitySystem system, CancellationToken cancellation, string? limit = null, string? cursor = null)
    {
        var asked = new Asked();
        int size = asked.Number("limit", limit, 100, 1, 1000);
        if (!asked.IsValid)
            return asked.Problem;
        List<string> unread = [];
        IReadOnlyList<StoredDeadLetter> all = await system.DeadLetters.ListAsync(unread, cancellation);
        int from = 0;
        if (cursor is not null)
        {
            // A letter that was replayed meanwhile is gone: from the first one again, rather than past some.
            for (int i = 0; i < all.Count && from == 0; i++)
                from = all[i].Id == cursor ? i + 1 : 0;
        }

        DeadLetterView[] page = [.. all.Skip(from).Take(size).Select(View)];
        return TypedResults.Ok(new DeadLettersView(page, from + size < all.Count ? page[^1].Id : null, unread));
    }

    private static async Task<Results<Ok<ReplayView>, ProblemHttpResult>> Replay(EntitySystem system, string id, CancellationToken cancellation)
    {
        try
        {
            return await system.DeadLetters.ReplayAsync(id, cancellation) is { } result
                ? TypedResults.Ok(new ReplayView(result.Id, result.Outcome, result.Reason))
                : Problems.NotFound($"There is no open dead letter '{id}' on this host; /api/v1/dead-letters lists all.");
        }
        catch (Exception away) when (away is TimeoutException or EntityUnavailableException)
        {
            return Problems.NotReady($"The dead letter cannot be sent again now: {away.Message}");
        }
    }

    private static DeadLetterView View(StoredDeadLetter letter) => new(
        letter.Id, letter.Entity.Value, letter.Kind, letter.Command, Payload(letter), letter.Reason, letter.At, letter.Replayable, letter.Trace);

    private static JsonElement Payload(StoredDeadLetter letter)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(letter.Payload.Span);
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(Encoding.UTF8.GetString(letter.Payload.Span));
        }
    }
}
