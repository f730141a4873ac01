using System.CommandLine;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`tag read`: newest values.</summary>
internal static class TagReadVerb
{
    public static Verb Create(Options options)
    {
        var scope = new Argument<string?>("SCOPE") { Description = "A signal, or a twin with what lies below it; everything if left out", Arity = ArgumentArity.ZeroOrOne };
        var verb = new Verb("read", "Show the newest value of each signal, with quality, unit and age", "twin tag read leipzig.body.line1.cell3") { scope };
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var sent = await session.Host.Get(Query.Path("api/v1/tags", ("scope", parsed.GetValue(scope))), stopped);
            if (session.Screen.Format is OutputFormat.Json) session.Screen.Json(sent);
            else if (session.Screen.Format is OutputFormat.Jsonl)
                foreach (var tag in sent.GetProperty("items").EnumerateArray()) session.Screen.JsonLine(tag);
            else Show(sent.As<NewestShape>(), session.Screen);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static void Show(NewestShape tags, Screen screen)
    {
        var table = screen.IsWide
            ? Screen.Columns("signal", "value", "unit", "quality", "plant time", "age", "class")
            : Screen.Columns("signal", "value", "unit", "quality", "plant time", "age");
        foreach (var tag in tags.Items)
        {
            var cells = new List<Text>
            {
                Paint.Plain(tag.Id), Paint.Plain(Words.Value(tag.V)), Paint.Plain(tag.Unit), Paint.Quality(tag.Q), Paint.Plain(Words.Time(tag.T)),
                Paint.Plain(tag.Age is { } age ? $"{Words.Number(age, "0.0")} s" : Words.Absent),
            };
            if (screen.IsWide) cells.Add(Paint.Plain(tag.Class));
            table.AddRow([.. cells]);
        }
        screen.Show(table);
    }
}
