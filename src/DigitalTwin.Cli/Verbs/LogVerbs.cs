using System.CommandLine;
using System.Globalization;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`log dead-letters`: messages that no twin has handled, and sending them again.</summary>
internal static class LogVerbs
{
    public static Command Create(Options options) => new("log", "Look at what went wrong") { DeadLetters(options) };

    private static Verb DeadLetters(Options options)
    {
        var limit = new Option<int>("--limit") { Description = "At most this many, the newest first", HelpName = "N", DefaultValueFactory = _ => 1000 };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1) result.AddError("--limit wants a whole number from 1.");
        });
        var list = new Verb("dead-letters", "List the messages that no twin has handled, with the reason", "twin log dead-letters -o wide") { limit, Replay(options) };
        list.Runs(options, async (session, parsed, stopped) =>
        {
            var most = parsed.GetValue(limit);
            var letters = await session.Host.GetListing(Query.Path("api/v1/dead-letters", ("limit", Math.Min(most, 1000).ToString(CultureInfo.InvariantCulture))), most, stopped);
            var (items, unread) = (letters.Items, letters.Told<IReadOnlyList<string>>("unread") ?? []);
            if (session.Screen.Format is not OutputFormat.Json)
                foreach (var why in unread) Screen.Notice(why);
            if (session.Screen.IsJson) session.Screen.JsonList(items, letters.About);
            else if (items.Count == 0) session.Screen.Line(unread.Count == 0 ? "No message was left unhandled." : "No message was left unhandled in what can be read.");
            else
            {
                var table = Screen.Columns(session.Screen.IsWide ? ["id", "plant time", "entity", "command", "replayable", "reason", "payload"] : ["id", "plant time", "entity", "command", "reason"]);
                foreach (var letter in items.Select(item => item.As<DeadLetterShape>()))
                {
                    var (id, at, entity, command, reason) = (Paint.Plain(letter.Id), Paint.Plain(Words.Time(letter.At)), Paint.Plain(letter.Entity), Paint.Plain(letter.Command), Paint.Plain(letter.Reason));
                    if (session.Screen.IsWide) table.AddRow(id, at, entity, command, Paint.Plain(letter.Replayable ? "yes" : "no"), reason, Paint.Plain(Words.Value(letter.Payload)));
                    else table.AddRow(id, at, entity, command, reason);
                }
                session.Screen.Show(table);
            }
            return ExitCodes.Ok;
        });
        return list;
    }

    private static Verb Replay(Options options)
    {
        var id = new Argument<string>("ID") { Description = "A dead letter, as `twin log dead-letters` lists it" };
        var verb = new Verb("replay", "Send the message of a dead letter again; ends with 1 when it is refused or fails", "twin log dead-letters replay leipzig.body.line1-7") { id };
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var sent = await session.Host.Post($"api/v1/dead-letters/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/replay", stopped);
            var result = sent.As<ReplayShape>();
            if (session.Screen.IsJson) session.Screen.Json(sent);
            else session.Screen.Line($"{result.Id}: {result.Outcome}{(result.Reason is null ? "" : $", {result.Reason}")}");
            return result.Outcome is "accepted" or "nothing" ? ExitCodes.Ok : ExitCodes.Error;
        });
        return verb;
    }
}
