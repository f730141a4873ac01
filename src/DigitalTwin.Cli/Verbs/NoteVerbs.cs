using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using DigitalTwin.Cli.Times;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`note`: what people note about a moment of a place.</summary>
internal static class NoteVerbs
{
    private const int MostShown = 1000;

    public static Command Create(Options options) => new("note", "Notes about moments of lines, stations and machines: list, add, withdraw") { List(options), Add(options), Withdraw(options) };

    private static Verb List(Options options)
    {
        var scope = new Argument<string?>("SCOPE") { Description = "A line, station or machine, or any place with all below it", DefaultValueFactory = _ => null };
        var withdrawn = new Option<bool>("--withdrawn") { Description = "Also those that were taken back" };
        var window = new Window();
        var verb = new Verb("ls", "List notes, the newest first (default: the last eight hours)", "twin note ls leipzig.body.line1") { scope, withdrawn };
        window.AddTo(verb);
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var (from, to) = await window.Resolve(parsed, session.Host, stopped);
            Show(await session.Host.GetAll(Query.Path("api/v1/notes", ("scope", parsed.GetValue(scope)), ("from", Query.Time(from)), ("to", Query.Time(to)),
                ("withdrawn", parsed.GetValue(withdrawn) ? "true" : null)), MostShown, stopped), session.Screen);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static Verb Add(Options options)
    {
        var place = new Argument<string>("PLACE") { Description = "A line, station or machine" };
        var text = new Argument<string>("TEXT") { Description = "What is to be remembered" };
        var at = new Option<Moment?>("--at") { Description = "The moment that it is about: 2026-01-05T06:04Z, or -15m before the plant's now; now, where it is left out", HelpName = "TIME", CustomParser = Moment.Parse };
        var by = By();
        var verb = new Verb("add", "Write a note about a moment of a place", "twin note add leipzig.body.line1.cell3 \"coolant smells\" --at -15m") { place, text, at, by };
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var body = new JsonObject { ["place"] = parsed.GetRequiredValue(place), ["text"] = parsed.GetRequiredValue(text), ["by"] = parsed.GetValue(by) };
            if (parsed.GetValue(at) is { } moment) body["at"] = await PastMoment.Text(moment, session.Host, stopped);
            Show([await session.Host.Post("api/v1/notes", body, stopped)], session.Screen);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static Verb Withdraw(Options options)
    {
        var id = new Argument<string>("NOTE") { Description = "A note, as `twin note ls` lists it" };
        var by = By();
        var verb = new Verb("withdraw", "Take a note back; its words stay in the journal", "twin note withdraw leipzig.body.line1.cell3.notes-2026-01.1") { id, by };
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            Show([await session.Host.Post($"api/v1/notes/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/withdraw", new JsonObject { ["by"] = parsed.GetValue(by) }, stopped)], session.Screen);
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
        var table = Screen.Columns("note", "about", "by", "text");
        foreach (var note in items.Select(item => item.As<NoteShape>()))
            table.AddRow(Paint.Plain(note.Id), Paint.Plain(Words.Time(note.About)), Paint.Plain(note.By), Paint.Plain(note.WithdrawnBy is null ? note.Text : $"(taken back by {note.WithdrawnBy}) {note.Text}"));
        screen.Show(table);
    }

    private static Option<string> By() => new("--by") { Description = "Who says so; you, where it is left out", DefaultValueFactory = _ => Environment.UserName };
}
