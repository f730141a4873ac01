using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using DigitalTwin.Cli.Times;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`diff`: what changed between two moments.</summary>
internal static class DiffVerb
{
    /// <summary>A moment as it was written; of a time, read already.</summary>
    private sealed record Written(string Text, Moment? Time);

    public static Verb Create(Options options)
    {
        var scope = new Argument<string?>("SCOPE") { Description = "Only this twin and what lies below it", DefaultValueFactory = _ => null };
        var from = new Option<Written?>("--from") { Description = "The earlier moment: 2026-01-05T09:40Z, -15m before the plant's now, or offset:N", HelpName = "TIME", CustomParser = Parse, Required = true };
        var to = new Option<Written?>("--to") { Description = "The later one, in the same forms; now, where it is left out", HelpName = "TIME", CustomParser = Parse };
        var verb = new Verb("diff", "Show what changed between two moments: twin, field, before, after", "twin diff leipzig.body.line1 --from -15m") { scope, from, to };
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var sent = await session.Host.Get(Query.Path("api/v1/diff",
                ("scope", parsed.GetValue(scope)),
                ("from", await Asked(parsed.GetValue(from), session.Host, stopped)),
                ("to", await Asked(parsed.GetValue(to), session.Host, stopped))), stopped);
            if (session.Screen.Format is OutputFormat.Json) session.Screen.Json(sent);
            else if (session.Screen.Format is OutputFormat.Jsonl)
                foreach (var change in sent.GetProperty("items").EnumerateArray()) session.Screen.JsonLine(change);
            else Show(sent.As<DiffShape>(), session.Screen);
            var diff = sent.As<DiffShape>();
            session.Screen.NoticeOf(diff.Behind);
            if (diff.OrdersLetGo is { } before && session.Screen.Format is not OutputFormat.Json)
                Screen.Notice($"Work orders that were released and finished in between, and heard of last before offset {before}, are not compared; `twin diff ID` compares one.");
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static Written? Parse(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (!text.StartsWith("offset:", StringComparison.Ordinal)) return Moment.Parse(result) is { } moment ? new Written(text, moment) : null;
        if (long.TryParse(text["offset:".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out _)) return new Written(text, null);
        result.AddError($"'{text}' is no offset: write offset: and a whole number, such as offset:1200.");
        return null;
    }

    private static async Task<string?> Asked(Written? moment, HostClient host, CancellationToken stopped) =>
        moment?.Time is { } time ? await PastMoment.Text(time, host, stopped) : moment?.Text;

    private static void Show(DiffShape diff, Screen screen)
    {
        var table = Screen.Columns("twin", "field", "before", "after");
        foreach (var change in diff.Items)
            table.AddRow(Paint.Plain(change.Id), Paint.Plain(change.Field), Cell(change, change.Before), Cell(change, change.After));
        screen.Show(table);
        screen.Line($"{diff.Items.Count} changes from {diff.From.Told()} to {diff.To.Told()}");
    }

    private static Text Cell(ChangeShape change, JsonElement value) => change.Field switch
    {
        "state" => Paint.State(value.ValueKind == JsonValueKind.String ? value.GetString() : null),
        "flags" => Paint.Abnormal(Words.Value(value)),
        _ => Paint.Plain(Words.Value(value)),
    };
}
