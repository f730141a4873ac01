using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using Spectre.Console;
using DigitalTwin.Cli.Times;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`history`: samples of signals, from the historian.</summary>
internal static class HistoryVerb
{
    private const int SparklineWidth = 60;
    private static readonly Moment QuarterHour = new Moment.BeforeNow(TimeSpan.FromMinutes(15));
    private static readonly Moment Now = new Moment.BeforeNow(TimeSpan.Zero);

    public static Verb Create(Options options)
    {
        var signals = new Argument<string[]>("SIGNAL") { Description = "Signals, such as leipzig.body.line1.cell3.robot.vibration", Arity = ArgumentArity.OneOrMore };
        var points = new Option<int>("--points") { Description = "At most this many points a signal; each stands for a bucket with its minimum and maximum", HelpName = "N", DefaultValueFactory = _ => SparklineWidth };
        points.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1) result.AddError("--points wants a whole number from 1.");
        });
        var window = new Window();
        var verb = new Verb("history", "Show the samples of signals over plant time (default: the last 15 minutes)",
            "twin history leipzig.body.line1.cell3.robot.vibration --from -1h --points 20") { signals, points };
        window.AddTo(verb);
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var (from, to) = await window.Resolve(parsed, session.Host, stopped, QuarterHour, Now);
            var sent = await session.Host.Get(Query.Path("api/v1/tags/history",
                ("ids", string.Join(',', parsed.GetRequiredValue(signals))),
                ("from", Query.Time(from)),
                ("to", Query.Time(to)),
                ("points", parsed.GetValue(points).ToString(CultureInfo.InvariantCulture))), stopped);
            if (session.Screen.Format is OutputFormat.Json) session.Screen.Json(sent);
            else if (session.Screen.Format is OutputFormat.Jsonl) PrintLines(sent, session.Screen);
            else Show(sent.As<HistoryShape>(), session.Screen);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static void PrintLines(JsonElement sent, Screen screen)
    {
        foreach (var series in sent.As<HistoryShape>().Series)
            foreach (var point in series.Points) screen.JsonLine(new { id = series.Id, unit = series.Unit, point.T, point.V, point.Min, point.Max, point.Q });
    }

    private static void Show(HistoryShape history, Screen screen)
    {
        var table = Screen.Columns("signal", "plant time", "last", "min", "max", "unit", "quality");
        foreach (var series in history.Series)
            foreach (var point in series.Points)
                table.AddRow(
                    Paint.Plain(series.Id), Paint.Plain(Words.PreciseTime(DateTimeOffset.FromUnixTimeMilliseconds(point.T))),
                    Paint.Plain(Words.Value(point.V)), Paint.Plain(Words.Number(point.Min)), Paint.Plain(Words.Number(point.Max)),
                    Paint.Plain(series.Unit), Paint.Quality(point.Q));
        screen.Show(table);
        foreach (var series in history.Series)
        {
            if (series.Points.Count == 0) Screen.Notice($"{series.Id} has no sample from {Words.Time(history.From)} to {Words.Time(history.To)}.");
            else if (screen.IsTerminal) screen.Line($"{series.Id}  {Drawn(series)}  {series.Raw} samples");
        }
    }

    private static string Drawn(SeriesShape series) => Sparkline.Draw(
        [.. series.Points.Select(point => point.Q != "bad" && point.V.ValueKind == JsonValueKind.Number ? point.V.GetDouble() : (double?)null)], SparklineWidth);
}
