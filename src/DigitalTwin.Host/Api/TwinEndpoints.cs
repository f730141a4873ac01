using System.Globalization;
using System.Text.Json;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Kpis;
using DigitalTwin.Host.Twins;
using DigitalTwin.Host.Twins.Cuts;
using DigitalTwin.Host.Twins.Projections;
using DigitalTwin.Host.Twins.Search;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DigitalTwin.Host.Api;

/// <param name="State">PackML state name; null where the state was not observed.</param>
public sealed record StateSpanView(string? State, DateTimeOffset From, DateTimeOffset To);

/// <summary>Twins, their events and the states they were in.</summary>
public static class TwinEndpoints
{
    public static void MapTwins(this IEndpointRouteBuilder api)
    {
        api.MapGet("/twins", List).WithName("twins").WithSummary("Twins below a parent, by level and kind, or found by a search; places in the order of the definition, then work orders by id, highest first")
            .WithDescription("where: a search, such as: state = Aborted and line = line1. behind: only where the list is more than five seconds behind the journal. ordersLetGo: finished work orders of before that offset are found by their id alone.");
        api.MapGet("/twins/{id}", Get).WithName("twin").WithSummary("One twin: state, reported beside desired, counts; now, or as it was at a plant time or journal offset")
            .WithDescription("at: plant time, or offset: journal offset; reported is then from the historian, else from the journal, else absent, and asOf tells the moment. behind: only where the twin is more than five seconds behind the journal.");
        api.MapGet("/twins/{id}/events", Events).WithName("twinEvents").WithSummary("What a twin has recorded, page by page");
        api.MapGet("/twins/{id}/states", States).WithName("twinStates").WithSummary("The PackML states of a machine or station over a window of plant time");
    }

    private static Results<Ok<TwinPage>, ProblemHttpResult> List(
        TwinDirectory twins, TwinModel model, ProjectionSet projections, PlantTime plantTime,
        string? parent = null, string? depth = null, string? kind = null, string? where = null, string? limit = null, string? cursor = null)
    {
        var asked = new Asked();
        int levels = asked.Number("depth", depth, int.MaxValue, 0, int.MaxValue);
        int size = asked.Number("limit", limit, 500, 1, 1000);
        asked.Require(cursor is null || twins.IsPlace(cursor) || TwinDirectory.IsOrder(cursor), $"cursor '{cursor}' is not one that this API gave out.");
        asked.OneOf("kind", kind, "plant", "area", "line", "station", "machine", "workOrder");
        SearchExpression? search = asked.Search("where", where);
        if (!asked.IsValid)
            return asked.Problem;
        if (parent is not null && !twins.IsPlace(parent))
            return Problems.NotFound($"There is no twin '{parent}' that could be a parent; /api/v1/twins lists all.");
        DateTimeOffset now = plantTime.GetUtcNow();
        int? depthAsked = levels == int.MaxValue ? null : levels;
        // The lag first: a list that catches up meanwhile may say that it is behind, never the other way round.
        BehindView? behind = BehindView.Of(projections.Lag());
        Cut cut = model.Now;
        TwinView[] page = [.. twins.Below(parent, depthAsked, kind, cut, cursor)
            .Where(twin => search is null || search.Matches(field => twins.ValuesOf(twin, field), now)).Take(size + 1)];
        long? letGo = twins.HasOrders(parent, depthAsked, kind) ? TwinDirectory.OrdersLetGo(cut) : null;
        return TypedResults.Ok(page.Length > size ? new TwinPage(page[..size], page[size - 1].Id, cut.Offset, behind, letGo) : new TwinPage(page, null, cut.Offset, behind, letGo));
    }

    private static async Task<Results<Ok<TwinView>, ProblemHttpResult>> Get(
        TwinDirectory twins, TimeTravel travel, PastValues values, ProjectionSet projections, string id, CancellationToken cancellation, string? at = null, string? offset = null)
    {
        var asked = new Asked();
        AskedMoment? moment = asked.Moment(at, offset);
        if (!asked.IsValid)
            return asked.Problem;
        BehindView? behind = BehindView.Of(projections.Lag(), moment);
        if (moment is not { } past)
            return twins.Find(id) is { } present ? TypedResults.Ok(present with { Behind = behind }) : Unknown(id);
        Moment found = await travel.AtAsync(past, cancellation);
        if (found is not Moment.Found { Cut: var cut } known)
            return Problems.Invalid(((Moment.Refused)found).Why);
        if (twins.Find(id, cut) is not { } twin)
            return twins.Find(id) is null ? Unknown(id) : Problems.NotFound($"There was no twin '{id}' at offset {cut.Offset} yet.");
        twin = twin with { AsOf = new(cut.Offset, known.At), Behind = behind };
        if (known.At is not { } time)
            return TypedResults.Ok(twin);
        var reported = new Dictionary<string, ReportedValue>(twin.Reported);
        foreach ((string name, ReportedValue value) in await values.AtAsync(twins.OwnSignalsOf(id), time, cancellation))
            reported[name] = value;
        return TypedResults.Ok(twin with { Reported = reported });
    }

    private static Results<Ok<Page<EventView>>, ProblemHttpResult> Events(
        TwinDirectory twins, IJournalReader journal, string id, string? from = null, string? to = null, string? cursor = null, string? limit = null, string? order = null)
    {
        var asked = new Asked();
        asked.OneOf("order", order, "asc", "desc");
        int size = asked.Number("limit", limit, 100, 1, 1000);
        var query = new EventQuery(new EntityId(id))
        {
            From = asked.Time("from", from),
            To = asked.Time("to", to),
            Cursor = asked.Cursor(cursor),
            NewestFirst = order == "desc",
            Limit = size + 1,
        };
        if (!asked.IsValid)
            return asked.Problem;
        if (twins.Find(id) is null)
            return Unknown(id);
        EventView[] page = [.. journal.Find(query).Select(View)];
        return TypedResults.Ok(page.Length > size
            ? new Page<EventView>(page[..size], page[size - 1].Offset.ToString(CultureInfo.InvariantCulture))
            : new Page<EventView>(page, null));
    }

    private static Results<Ok<Page<StateSpanView>>, ProblemHttpResult> States(
        TwinDirectory twins, UnitHistory history, PlantTime plantTime, string id, string? from = null, string? to = null)
    {
        var asked = new Asked();
        DateTimeOffset now = plantTime.GetUtcNow();
        DateTimeOffset end = Earlier(asked.Time("to", to) ?? now, now);
        DateTimeOffset start = asked.Time("from", from) ?? end.AddHours(-8);
        asked.RequireWindow(start, end);
        if (!asked.IsValid)
            return asked.Problem;
        if (twins.Find(id) is not { } twin)
            return Unknown(id);
        if (twin.Kind is not ("machine" or "station"))
            return Problems.Invalid($"{id} is of kind {twin.Kind}; states are kept for machines and stations.");
        var window = new Period(start, end);
        return TypedResults.Ok(new Page<StateSpanView>(
            [.. StateTimeline.Spans(history.Of(id, window), window).Select(span => new StateSpanView(span.State?.ToString(), span.Time.From, span.Time.To))], null));
    }

    public static EventView View(StoredEvent stored) => new(
        stored.Offset, stored.Entity.Value, stored.Seq, stored.Name, stored.At, stored.Recorded, JsonSerializer.Deserialize<JsonElement>(stored.Payload.Span));

    public static ProblemHttpResult Unknown(string id) => Problems.NotFound($"There is no twin '{id}'; /api/v1/twins lists all.");

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
