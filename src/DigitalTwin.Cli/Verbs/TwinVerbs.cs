using System.CommandLine;
using System.Globalization;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using DigitalTwin.Cli.Times;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`ls` and `get`: twins as they are now, or as one was.</summary>
internal static class TwinVerbs
{
    public static Verb List(Options options)
    {
        var parent = new Argument<string?>("PARENT") { Description = "Only what lies below this twin", DefaultValueFactory = _ => null };
        var kind = new Option<string?>("--kind") { Description = "plant, area, line, station, machine or workOrder", HelpName = "KIND" };
        var depth = new Option<int?>("--depth") { Description = "How many levels below PARENT; 1 is its children alone", HelpName = "N" };
        depth.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1) result.AddError("--depth wants a whole number from 1.");
        });
        var where = new Option<string?>("--where") { Description = "Only twins of which this holds, such as: state in (Held, Aborted) and since < -15m", HelpName = "SEARCH" };
        var verb = new Verb("ls", "List twins: state, counts, whether their data is fresh", "twin ls --where 'state = Aborted and line = line1' -o wide") { parent, kind, depth, where };
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var path = Query.Path("api/v1/twins",
                ("parent", parsed.GetValue(parent)),
                ("kind", parsed.GetValue(kind)),
                ("depth", parsed.GetValue(depth)?.ToString(CultureInfo.InvariantCulture)),
                ("where", parsed.GetValue(where)));
            var list = await session.Host.GetListing(path, int.MaxValue, stopped);
            if (session.Screen.IsJson) session.Screen.JsonList(list.Items, list.About);
            else session.Screen.Show(TwinTable.Of([.. list.Items.Select(item => item.As<TwinShape>())], session.Screen));
            session.Screen.NoticeOf(list.Told<BehindShape>("behind"));
            var asksForOrders = parsed.GetValue(kind) == "workOrder" || parsed.GetValue(where)?.Contains("workOrder", StringComparison.OrdinalIgnoreCase) == true;
            if (asksForOrders && session.Screen.Format is not OutputFormat.Json && list.Told<long?>("ordersLetGo") is { } before)
                Screen.Notice($"Work orders that were finished, and heard of last before offset {before}, are not listed; `twin get` finds each by its id.");
            return ExitCodes.Ok;
        });
        return verb;
    }

    public static Verb Get(Options options)
    {
        var id = new Argument<string>("ID") { Description = "A twin, such as leipzig.body.line1.cell3.robot" };
        var past = new PastMoment();
        var verb = new Verb("get", "Show one twin: reported and desired values side by side, now or as it was", "twin get leipzig.body.line1.cell3.robot --at -15m") { id };
        past.AddTo(verb);
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var (at, offset) = await past.Resolve(parsed, session.Host, stopped);
            var sent = await session.Host.Get(Query.Path($"api/v1/twins/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}", ("at", at), ("offset", offset)), stopped);
            if (session.Screen.IsJson) session.Screen.Json(sent);
            else Show(sent.As<TwinShape>(), session.Screen);
            session.Screen.NoticeOf(sent.As<TwinShape>().Behind);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static void Show(TwinShape twin, Screen screen)
    {
        var facts = Screen.Columns("twin", twin.Id);
        facts.ShowHeaders = false;
        facts.AddRow(Paint.Plain("id"), Paint.Plain(twin.Id));
        if (twin.AsOf is { } moment) facts.AddRow(Paint.Plain("as of"), Paint.Plain(moment.Told()));
        facts.AddRow(Paint.Plain("kind"), Paint.Plain($"{twin.Kind} ({twin.Name ?? Words.Absent})"));
        facts.AddRow(Paint.Plain("state"), Paint.State(twin.State));
        facts.AddRow(Paint.Plain("since"), Paint.Plain(Words.Time(twin.StateSince)));
        facts.AddRow(Paint.Plain("mode"), Paint.Plain(Words.Value(twin.Mode)));
        facts.AddRow(Paint.Plain("fault"), Paint.Fault(twin.Fault));
        facts.AddRow(Paint.Plain("flags"), Paint.Abnormal(TwinTable.Flags(twin)));
        facts.AddRow(Paint.Plain("vehicle"), Paint.Plain(twin.CurrentVehicle));
        if (twin.Counts is { } counts) facts.AddRow(Paint.Plain("counts"), Paint.Plain($"{counts.Produced} produced = {counts.Good} good + {counts.Scrap} scrap"));
        facts.AddRow(Paint.Plain("offset"), Paint.Plain(twin.Offset?.ToString(CultureInfo.InvariantCulture)));
        screen.Show(facts);
        if (twin.Reported is { Count: > 0 } || twin.Desired is { Count: > 0 })
        {
            screen.Line("");
            screen.Show(TwinTable.Signals(twin));
        }
    }
}
