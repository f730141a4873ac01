using System.Diagnostics;
using System.Globalization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Notes;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Host.Twins;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DigitalTwin.Host.Api;

/// <param name="About">The moment of plant time that it is about.</param>
/// <param name="Text">Plain text, as it was written.</param>
/// <param name="At">Plant time at which it was written.</param>
/// <param name="WithdrawnBy">Null: it stands.</param>
public sealed record NoteView(string Id, string Place, DateTimeOffset About, string Text, string By, DateTimeOffset At, string? WithdrawnBy, DateTimeOffset? WithdrawnAt);

/// <param name="At">The moment that it is about; now, where it is missing.</param>
public sealed record NoteBody(string? Place, string? At, string? Text, string? By);

public sealed record WithdrawBody(string? By);

/// <summary>Notes of people on the time of a line, station or machine.</summary>
public static class NoteEndpoints
{
    private const int PageSize = 1000;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static void MapNotes(this IEndpointRouteBuilder api)
    {
        api.MapGet("/notes", List).WithName("notes").WithSummary("Notes about a line, station or machine and all below it, by the moment that they are about, the newest first")
            .WithDescription("scope: id of a place; the whole plant where it is missing. from, to: the last eight hours where they are missing. withdrawn=true: also those that were taken back.");
        api.MapPost("/notes", WriteAsync).WithName("writeNote").WithSummary("Writes a note about a moment of a line, station or machine");
        api.MapPost("/notes/{id}/withdraw", WithdrawAsync).WithName("withdrawNote").WithSummary("Takes a note back; its words stay in the journal");
    }

    private static Results<Ok<Page<NoteView>>, ProblemHttpResult> List(
        PlantDefinition plant, IJournalReader journal, PlantTime plantTime, string? scope = null, string? from = null, string? to = null, string? withdrawn = null)
    {
        var asked = new Asked();
        DateTimeOffset end = asked.Time("to", to) ?? plantTime.GetUtcNow().AddMilliseconds(1);   // a note about this moment is in
        DateTimeOffset start = asked.Time("from", from) ?? end.AddHours(-8);
        asked.OneOf("withdrawn", withdrawn, "true", "false");
        asked.RequireWindow(start, end);
        if (!asked.IsValid)
            return asked.Problem;
        string[] places = [.. PlacesOf(plant).Where(place => scope is null || place == scope || TwinDirectory.IsBelow(place, scope))];
        if (places.Length == 0)
            return Problems.NotFound($"There is no place '{scope}' that could have notes; lines, stations and machines have.");
        var window = new Period(start, end);
        IEnumerable<NoteView> found =
            from place in places
            from book in Months(window).Select(month => NoteBook.IdOf(place, month))
            from known in Read(journal, book).Notes
            where window.Contains(known.Value.About) && (withdrawn == "true" || known.Value.Withdrawn is null)
            select View(book, known.Key, known.Value);
        return TypedResults.Ok(new Page<NoteView>([.. found.OrderByDescending(note => note.About).ThenBy(note => note.Id, StringComparer.Ordinal)], null));
    }

    private static async Task<Results<Ok<NoteView>, ProblemHttpResult>> WriteAsync(PlantDefinition plant, TwinEntities twins, PlantTime plantTime, NoteBody body, CancellationToken cancellation)
    {
        var asked = new Asked();
        DateTimeOffset about = (asked.Time("at", body.At) ?? plantTime.GetUtcNow()).ToMillisecond();
        if (!asked.IsValid)
            return asked.Problem;
        if (body.Place is not { } place || !PlacesOf(plant).Contains(place))
            return Problems.NotFound($"There is no place '{body.Place}' that could have notes; lines, stations and machines have.");
        var write = new NoteCommand.Write(about, body.Text?.Trim() ?? "", body.By?.Trim() ?? "");
        return await SayAsync(twins, NoteBook.IdOf(place, about), write, notes => notes.Last(note => note.Value.Withdrawn is null && (note.Value.About, note.Value.Text, note.Value.By) == (write.About, write.Text, write.By)), cancellation);
    }

    private static async Task<Results<Ok<NoteView>, ProblemHttpResult>> WithdrawAsync(PlantDefinition plant, TwinEntities twins, string id, WithdrawBody body, CancellationToken cancellation)
    {
        int dot = id.LastIndexOf('.');
        if (dot < 0 || !int.TryParse(id[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int number) || NoteBook.PlaceOf(id[..dot]) is not { } place || !PlacesOf(plant).Contains(place))
            return Problems.NotFound($"There is no note '{id}'; /api/v1/notes lists all.");
        return await SayAsync(twins, id[..dot], new NoteCommand.Withdraw(number, body.By?.Trim() ?? ""), notes => notes.Single(note => note.Key == number), cancellation);
    }

    private static async Task<Results<Ok<NoteView>, ProblemHttpResult>> SayAsync(
        TwinEntities twins, string book, NoteCommand command, Func<IEnumerable<KeyValuePair<int, Note>>, KeyValuePair<int, Note>> became, CancellationToken cancellation)
    {
        switch (await twins.NoteBooks.AskAsync(new EntityId(book), command, Deadline, cancellation))
        {
            case Reply<NoteBookState, NoteEvent>.Refused refused:
                return Problems.Refused(refused.Code, refused.Reason);
            case Reply<NoteBookState, NoteEvent>.Failed failed:
                return Problems.NotReady($"The note is not recorded: {failed.Reason}");
            case Reply<NoteBookState, NoteEvent>.Accepted { State: var after }:
                return Known(after);
            case Reply<NoteBookState, NoteEvent>.Nothing { State: var asIs }:
                return Known(asIs);
            default:
                throw new UnreachableException();
        }

        Ok<NoteView> Known(NoteBookState state)
        {
            (int number, Note note) = became(state.Notes);
            return TypedResults.Ok(View(book, number, note));
        }
    }

    /// <summary>Read from the journal and not from the entity: looking at a page wakes nobody.</summary>
    private static NoteBookState Read(IJournalReader journal, string book)
    {
        NoteBookState state = NoteBookState.Initial;
        for (long seq = 0; journal.ReadEntity(new EntityId(book), seq, PageSize) is { Count: > 0 } page; seq = page[^1].Seq)
            state = page.Aggregate(state, (before, stored) => NoteBook.Apply(before, EventCatalogs.NoteBooks.Decode(stored.Name, stored.Payload)));
        return state;
    }

    private static IEnumerable<string> PlacesOf(PlantDefinition plant) =>
        [.. plant.Lines.Select(line => line.Id), .. plant.Stations.Select(station => station.Id), .. plant.Machines.Select(machine => machine.Id)];

    private static IEnumerable<DateTimeOffset> Months(Period window)
    {
        for (var month = new DateTimeOffset(window.From.UtcDateTime.Year, window.From.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero); month < window.To; month = month.AddMonths(1))
            yield return month;
    }

    private static NoteView View(string book, int number, Note note) =>
        new($"{book}.{number.ToString(CultureInfo.InvariantCulture)}", NoteBook.PlaceOf(book)!, note.About, note.Text, note.By, note.At, note.Withdrawn?.By, note.Withdrawn?.At);
}
