using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using DigitalTwin.Cli.Times;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`stop`: stops of stations, listed, coded, split, coded anew.</summary>
internal static class StopVerbs
{
    private const int MostShown = 1000;

    public static Command Create(Options options) => new("stop", "Stops of stations: list, code, split, undo")
    {
        List(options), Reasons(options), Code(options), Split(options), Undo(options),
    };

    private static Verb List(Options options)
    {
        var scope = new Argument<string?>("SCOPE") { Description = "A station, or a line, area or plant with all stations in it", DefaultValueFactory = _ => null };
        var uncoded = new Option<bool>("--uncoded") { Description = "Only those in shift time that wait for a reason" };
        var window = new Window();
        var verb = new Verb("ls", "List stops, the newest first (default: the last eight hours)", "twin stop ls leipzig.body.line1 --uncoded") { scope, uncoded };
        window.AddTo(verb);
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var (from, to) = await window.Resolve(parsed, session.Host, stopped);
            var items = await session.Host.GetAll(Query.Path("api/v1/stops", ("scope", parsed.GetValue(scope)), ("from", Query.Time(from)), ("to", Query.Time(to)),
                ("coded", parsed.GetValue(uncoded) ? "false" : null)), MostShown, stopped);
            Show(items, session.Screen);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static Verb Reasons(Options options)
    {
        var verb = new Verb("reasons", "List the reasons that a stop can be given", "twin stop reasons");
        verb.Runs(options, async (session, _, stopped) =>
        {
            var items = await session.Host.GetAll("api/v1/stop-reasons", MostShown, stopped);
            if (session.Screen.IsJson)
            {
                session.Screen.JsonList(items);
                return ExitCodes.Ok;
            }
            var table = Screen.Columns("reason", "name", "category");
            foreach (var reason in items.Select(item => item.As<StopReasonShape>())) table.AddRow(Paint.Plain(reason.Code), Paint.Plain(reason.Name), Paint.Plain(reason.Category));
            session.Screen.Show(table);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static Verb Code(Options options)
    {
        var (id, by) = (Id(), By());
        var reason = new Argument<string>("REASON") { Description = "A reason, as `twin stop reasons` lists it" };
        var note = new Option<string?>("--note") { Description = "What is to be remembered of it" };
        var verb = new Verb("code", "Say why a station stood; also of a stop that has a code already",
            "twin stop code leipzig.body.line1.cell3@20260105T060300000Z breakdown-mechanical --note \"gun cable\"") { id, reason, note, by };
        return Says(verb, options, id, "code", (_, parsed, _) => Task.FromResult(
            new JsonObject { ["reason"] = parsed.GetRequiredValue(reason), ["note"] = parsed.GetValue(note), ["by"] = parsed.GetValue(by) }));
    }

    private static Verb Split(Options options)
    {
        var (id, by) = (Id(), By());
        var at = new Option<Moment?>("--at") { Description = "Where the second stop begins: 2026-01-05T06:04Z, or -15m before the plant's now", HelpName = "TIME", CustomParser = Moment.Parse, Required = true };
        var verb = new Verb("split", "Make two stops of one; both keep the code", "twin stop split leipzig.body.line1.cell3@20260105T060300000Z --at 2026-01-05T06:04Z") { id, at, by };
        return Says(verb, options, id, "split", async (session, parsed, stopped) =>
            new JsonObject { ["at"] = await PastMoment.Text(parsed.GetRequiredValue(at)!, session.Host, stopped), ["by"] = parsed.GetValue(by) });
    }

    private static Verb Undo(Options options)
    {
        var (id, by) = (Id(), By());
        var verb = new Verb("undo", "Take the newest code of a stop back; the one before it holds again, or none", "twin stop undo leipzig.body.line1.cell3@20260105T060300000Z") { id, by };
        return Says(verb, options, id, "undo", (_, parsed, _) => Task.FromResult(new JsonObject { ["by"] = parsed.GetValue(by) }));
    }

    private static Verb Says(Verb verb, Options options, Argument<string> id, string what, Func<Session, ParseResult, CancellationToken, Task<JsonObject>> say)
    {
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var said = await say(session, parsed, stopped);
            var sent = await session.Host.Post($"api/v1/stops/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/{what}", said, stopped);
            Show([.. sent.GetProperty("items").EnumerateArray()], session.Screen);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static void Show(IReadOnlyList<JsonElement> items, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.JsonList(items);
            return;
        }
        var table = screen.IsWide
            ? Screen.Columns("stop", "minutes", "in shifts", "state", "fault", "reason", "category", "by", "said", "note")
            : Screen.Columns("stop", "minutes", "state", "fault", "reason", "by", "note");
        foreach (var stop in items.Select(item => item.As<StopShape>()))
        {
            var (id, minutes, state, fault) = (Paint.Plain(stop.Id), Paint.Right(Minutes(stop.Seconds) + (stop.To is null ? " so far" : "")), Paint.State(stop.State), Paint.Plain(stop.Fault == 0 ? Words.Absent : Words.Number(stop.Fault)));
            var (by, note) = (Paint.Plain(stop.By ?? Words.Absent), Paint.Plain(stop.Note ?? ""));
            var reason = stop.Category == "uncoded" ? Paint.Abnormal(stop.Reason) : Paint.Plain(stop.Reason);
            if (screen.IsWide) table.AddRow(id, minutes, Paint.Right(Minutes(stop.LostSeconds)), state, fault, reason, Paint.Plain(stop.Category), by, Paint.Right(Words.Number(stop.Revisions.Count)), note);
            else table.AddRow(id, minutes, state, fault, reason, by, note);
        }
        screen.Show(table);
    }

    private static string Minutes(double seconds) => Words.Number(seconds / 60, "0.00");

    private static Argument<string> Id() => new("STOP") { Description = "A stop, as `twin stop ls` lists it" };

    private static Option<string> By() => new("--by") { Description = "Who says so; you, where it is left out", DefaultValueFactory = _ => Environment.UserName };
}
