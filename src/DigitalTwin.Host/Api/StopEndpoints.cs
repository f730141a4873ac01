using DigitalTwin.Actors.Entities;
using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Stops;
using DigitalTwin.Host.Twins;
using DigitalTwin.Host.Twins.Stops;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DigitalTwin.Host.Api;

/// <param name="Id">Station and start.</param>
/// <param name="To">Null while it lasts.</param>
/// <param name="Seconds">Its whole length; so far, while it lasts.</param>
/// <param name="LostSeconds">What of it lies in shifts and outside their breaks.</param>
/// <param name="State">The PackML state that it was in for longest.</param>
/// <param name="Fault">The first fault during it; 0: none.</param>
/// <param name="By">Who coded it; null: a rule, or nobody.</param>
/// <param name="Revisions">All that was said about it, the oldest first.</param>
public sealed record StopView(
    string Id, string Station, DateTimeOffset From, DateTimeOffset? To, double Seconds, double LostSeconds, string State, long Fault,
    string Reason, string ReasonName, StopCategory Category, string? Note, string? By, DateTimeOffset? CodedAt, IReadOnlyList<RevisionView> Revisions);

/// <param name="Action">coded, split or undone.</param>
/// <param name="At">Plant time.</param>
public sealed record RevisionView(string Action, DateTimeOffset At, string By, string? Reason, string? Note, DateTimeOffset? Cut);

public sealed record CodeBody(string? Reason, string? Note, string? By);

public sealed record SplitBody(string? At, string? By);

public sealed record UndoBody(string? By);

/// <summary>Stops of stations: listed, coded, split, coded anew.</summary>
public static class StopEndpoints
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static void MapStops(this IEndpointRouteBuilder api)
    {
        api.MapGet("/stops", List).WithName("stops").WithSummary("Stops of a station, or of all below a line, area or plant, over a window of plant time, the newest first")
            .WithDescription("scope: id of a place; the whole plant where it is missing. from, to: the last eight hours where they are missing. coded=false: those in shift time that wait for a reason; coded=true: those that somebody has coded. cursor: id of the last stop of the page before.");
        api.MapGet("/stop-reasons", (StopReasons reasons) => new Page<StopReason>(reasons.All, null)).WithName("stopReasons").WithSummary("The reasons that a stop can be given");
        api.MapPost("/stops/{id}/code", (StopReader stops, TwinEntities twins, ShiftCalendar calendar, string id, CodeBody body, CancellationToken cancellation) =>
            SayAsync(stops, twins, calendar, id, stop => new StopBookCommand.Code(stop, body.Reason ?? "", body.Note?.Trim() ?? "", body.By?.Trim() ?? ""), cancellation))
            .WithName("codeStop").WithSummary("Says why a station stood; also of a stop that has a code already");
        api.MapPost("/stops/{id}/split", Split).WithName("splitStop").WithSummary("Makes two stops of one");
        api.MapPost("/stops/{id}/undo", (StopReader stops, TwinEntities twins, ShiftCalendar calendar, string id, UndoBody body, CancellationToken cancellation) =>
            SayAsync(stops, twins, calendar, id, stop => new StopBookCommand.Undo(stop, body.By?.Trim() ?? ""), cancellation))
            .WithName("undoStopCode").WithSummary("Takes the newest code of a stop back; the one before it holds again, or none");
    }

    private static Results<Ok<Page<StopView>>, ProblemHttpResult> List(
        PlantDefinition plant, StopReader stops, ShiftCalendar calendar, PlantTime plantTime,
        string? scope = null, string? from = null, string? to = null, string? coded = null, string? limit = null, string? cursor = null)
    {
        var asked = new Asked();
        DateTimeOffset now = plantTime.GetUtcNow();
        DateTimeOffset end = asked.Time("to", to) is { } until && until < now ? until : now;
        DateTimeOffset start = asked.Time("from", from) ?? end.AddHours(-8);
        int size = asked.Number("limit", limit, 500, 1, 1000);
        asked.OneOf("coded", coded, "true", "false");
        asked.RequireWindow(start, end);
        (string Station, DateTimeOffset Start)? after = cursor is null ? null : StopReader.Parse(cursor);
        asked.Require(cursor is null || after is not null, $"cursor '{cursor}' is not one that this API gave out.");
        if (!asked.IsValid)
            return asked.Problem;
        string[] stations = [.. plant.Stations.Select(station => station.Id).Where(id => scope is null || id == scope || TwinDirectory.IsBelow(id, scope))];
        if (stations.Length == 0)
            return Problems.NotFound($"There is no place '{scope}' with stations; 'twin ls --kind station' lists them.");
        var window = new Period(start, end);
        var all =
            from station in stations
            let read = stops.In(station, window)
            from stop in read.Stops
            where coded is null || (coded == "true" ? stop.Code is not null : stop.Reason == StopReason.Uncoded && LostMilliseconds(calendar, stop) > 0)
            where after is not var (last, since) || stop.Time.From < since || (stop.Time.From == since && string.CompareOrdinal(station, last) > 0)
            orderby stop.Time.From descending, station
            select (station, stop, read.Books);
        (string Station, Stop Stop, StationBooks Books)[] page = [.. all.Take(size + 1)];
        StopView[] views = [.. page.Take(size).Select(found => View(calendar, found.Station, found.Stop, found.Books))];
        return TypedResults.Ok(new Page<StopView>(views, page.Length > size ? views[^1].Id : null));
    }

    private static Task<Results<Ok<Page<StopView>>, ProblemHttpResult>> Split(
        StopReader stops, TwinEntities twins, ShiftCalendar calendar, string id, SplitBody body, CancellationToken cancellation)
    {
        var asked = new Asked();
        DateTimeOffset? cut = asked.Time("at", body.At);
        asked.Require(!string.IsNullOrEmpty(body.At), "at is missing: the time at which the second stop begins.");
        return asked.IsValid
            ? SayAsync(stops, twins, calendar, id, stop => new StopBookCommand.Split(stop, cut!.Value, body.By?.Trim() ?? ""), cancellation)
            : Task.FromResult<Results<Ok<Page<StopView>>, ProblemHttpResult>>(asked.Problem);
    }

    /// <returns>What the stop has become: itself, or the parts of it.</returns>
    private static async Task<Results<Ok<Page<StopView>>, ProblemHttpResult>> SayAsync(
        StopReader stops, TwinEntities twins, ShiftCalendar calendar, string id, Func<Period, StopBookCommand> say, CancellationToken cancellation)
    {
        if (StopReader.Parse(id) is not var (station, start) || !twins.IsStation(station) || stops.Find(station, start)?.Stop is not { } stop)
            return Problems.NotFound($"There is no stop '{id}'. Late reports and splits may have moved its start; /api/v1/stops lists all.");
        var book = new EntityId(StopBook.IdOf(station, stop.Standstill.Time.From));
        switch (await twins.StopBooks.AskAsync(book, say(stop.Time), Deadline, cancellation))
        {
            case Reply<StopBookState, StopBookEvent>.Refused refused:
                return Problems.Refused(refused.Code, refused.Reason);
            case Reply<StopBookState, StopBookEvent>.Failed failed:
                return Problems.NotReady($"What was said about the stop is not recorded: {failed.Reason}");
        }

        (IReadOnlyList<Stop> now, StationBooks books) = stops.In(station, stop.Time);
        return TypedResults.Ok(new Page<StopView>([.. now.Select(part => View(calendar, station, part, books))], null));
    }

    private static StopView View(ShiftCalendar calendar, string station, Stop stop, StationBooks books) => new(
        StopReader.IdOf(station, stop.Time.From), station, stop.Time.From, stop.Lasts ? null : stop.Time.To, stop.Time.Milliseconds() / 1000.0, LostMilliseconds(calendar, stop) / 1000.0,
        stop.Standstill.State.ToString(), stop.Standstill.Fault, stop.Reason.Code, stop.Reason.Name, stop.Reason.Category, Said(stop.Code?.Note), stop.Code?.By, stop.Code?.At,
        [.. books.Of(stop).Select(View)]);

    private static RevisionView View(Recorded<StopBookEvent> said) => said.Event switch
    {
        StopBookEvent.Coded coded => new("coded", coded.At, coded.By, coded.Reason, Said(coded.Note), null),
        StopBookEvent.Split split => new("split", split.At, split.By, null, null, split.Cut),
        var undone => new("undone", undone.At, undone.By, null, null, null),
    };

    private static string? Said(string? note) => string.IsNullOrEmpty(note) ? null : note;

    private static long LostMilliseconds(ShiftCalendar calendar, Stop stop) => calendar.PlannedBusy(stop.Time).Sum(period => period.Milliseconds());
}
