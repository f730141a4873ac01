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

    private static async Task<Results<Ok<Page<DeadLetterView>>, ProblemHttpResult>> List(
        EntitySystem system, CancellationToken cancellation, string? limit = null, string? cursor = null)
    {
        var asked = new Asked();
        int size = asked.Number("limit", limit, 100, 1, 1000);
        if (!asked.IsValid)
            return asked.Problem;
        IReadOnlyList<StoredDeadLetter> all;
        try
        {
            all = await system.DeadLetters.ListAsync(cancellation);
        }
        catch (Exception away) when (away is TimeoutException or EntityUnavailableException)
        {
            return Problems.NotReady($"The dead letters cannot be read now: {away.Message}");
        }

        int from = 0;
        if (cursor is not null)
        {
            // A letter that was replayed meanwhile is gone: from the first one again, rather than past some.
            for (int i = 0; i < all.Count && from == 0; i++)
                from = all[i].Id == cursor ? i + 1 : 0;
        }

        DeadLetterView[] page = [.. all.Skip(from).Take(size).Select(View)];
        return TypedResults.Ok(new Page<DeadLetterView>(page, from + size < all.Count ? page[^1].Id : null));
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
