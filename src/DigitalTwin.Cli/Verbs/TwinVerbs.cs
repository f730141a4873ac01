using System.CommandLine;
using System.Globalization;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`ls` and `get`: twins as they are now.</summary>
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
        var verb = new Verb("ls", "List twins: state, counts, whether their data is fresh", "twin ls leipzig.body.line1 --kind machine -o wide") { parent, kind, depth };
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var path = Query.Path("api/v1/twins",
                ("parent", parsed.GetValue(parent)),
                ("kind", parsed.GetValue(kind)),
                ("depth", parsed.GetValue(depth)?.ToString(CultureInfo.InvariantCulture)));
            var items = await session.Host.GetAll(path, int.MaxValue, stopped);
            if (session.Screen.IsJson) session.Screen.JsonList(items);
            else session.Screen.Show(TwinTable.Of([.. items.Select(item => item.As<TwinShape>())], session.Screen));
            return ExitCodes.Ok;
        });
        return verb;
    }

    public static Verb Get(Options options)
    {
        var id = new Argument<string>("ID") { Description = "A twin, such as leipzig.body.line1.cell3.robot" };
        var verb = new Verb("get", "Show one twin: reported and desired values side by side", "twin get leipzig.body.line1.cell3.robot") { id };
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var sent = await session.Host.Get($"api/v1/twins/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}", stopped);
            if (session.Screen.IsJson) session.Screen.Json(sent);
            else Show(sent.As<TwinShape>(), session.Screen);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static void Show(TwinShape twin, Screen screen)
    {
        var facts = Screen.Columns("twin", twin.Id);
        facts.ShowHeaders = false;
        facts.AddRow(Paint.Plain("id"), Paint.Plain(twin.Id));
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
