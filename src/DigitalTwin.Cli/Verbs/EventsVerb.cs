using System.CommandLine;
using System.Globalization;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using Spectre.Console;
using DigitalTwin.Cli.Times;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`events`: what a twin has recorded, from the journal.</summary>
internal static class EventsVerb
{
    public static Verb Create(Options options)
    {
        var id = new Argument<string>("ID") { Description = "A twin" };
        var limit = new Option<int>("--limit", "-n") { Description = "The newest N events of the window", HelpName = "N", DefaultValueFactory = _ => 50 };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1) result.AddError("--limit wants a whole number from 1.");
        });
        var window = new Window();
        var verb = new Verb("events", "Show what a twin has recorded, oldest first", "twin events leipzig.body.line1.cell3.robot --from -30m") { id, limit };
        window.AddTo(verb);
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var (from, to) = await window.Resolve(parsed, session.Host, stopped);
            var most = parsed.GetValue(limit);
            var newestFirst = await session.Host.GetAll(Query.Path($"api/v1/twins/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/events",
                ("from", Query.Time(from)),
                ("to", Query.Time(to)),
                ("order", "desc"),
                ("limit", Math.Min(most, 1000).ToString(CultureInfo.InvariantCulture))), most, stopped);
            var items = newestFirst.Reverse().ToList();
            if (session.Screen.IsJson) session.Screen.JsonList(items);
            else Show([.. items.Select(item => item.As<EventShape>())], session.Screen);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static void Show(IReadOnlyList<EventShape> events, Screen screen)
    {
        var table = Screen.Columns(screen.IsWide ? ["plant time", "offset", "seq", "event", "data", "recorded", "entity"] : ["plant time", "offset", "event", "data"]);
        foreach (var recorded in events)
        {
            var (at, offset, data) = (Words.PreciseTime(recorded.At), recorded.Offset.ToString(CultureInfo.InvariantCulture), Words.EventData(recorded.Data));
            if (screen.IsWide)
                table.AddRow(Paint.Plain(at), Paint.Plain(offset), Paint.Plain(recorded.Seq.ToString(CultureInfo.InvariantCulture)), Paint.Plain(recorded.Name),
                    Paint.Plain(data), Paint.Plain(Words.PreciseTime(recorded.Recorded)), Paint.Plain(recorded.Entity));
            else
                table.AddRow(Paint.Plain(at), Paint.Plain(offset), Paint.Plain(recorded.Name), Paint.Plain(data));
        }
        screen.Show(table);
    }
}
