using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using DigitalTwin.Cli.Times;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`tag trend`: samples over time as a chart of text.</summary>
internal static class TagTrendVerb
{
    private const int Width = 72;
    private const int Height = 8;
    private static readonly Moment Hour = new Moment.BeforeNow(TimeSpan.FromHours(1));
    private static readonly Moment Now = new Moment.BeforeNow(TimeSpan.Zero);

    public static Verb Create(Options options)
    {
        var signals = new Argument<string[]>("SIGNAL") { Description = "Signals, such as leipzig.body.line1.cell3.robot.vibration", Arity = ArgumentArity.OneOrMore };
        var csv = new Option<bool>("--csv") { Description = "Comma-separated values of the points, for a spreadsheet" };
        var points = new Option<int>("--points") { Description = "At most this many points a signal", HelpName = "N", DefaultValueFactory = _ => 2 * Width };
        points.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1) result.AddError("--points wants a whole number from 1.");
        });
        var window = new Window();
        var verb = new Verb("trend", "Draw signals over plant time, with extremes and gaps (default: the last hour)", "twin tag trend leipzig.body.line1.cell3.robot.vibration --from -8h") { signals, csv, points };
        window.AddTo(verb);
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var (from, to) = await window.Resolve(parsed, session.Host, stopped, Hour, Now);
            var sent = await session.Host.Get(Query.Path("api/v1/tags/history",
                ("ids", string.Join(',', parsed.GetRequiredValue(signals))), ("from", Query.Time(from)), ("to", Query.Time(to)),
                ("points", parsed.GetValue(points).ToString(CultureInfo.InvariantCulture))), stopped);
            var history = sent.As<HistoryShape>();
            if (parsed.GetValue(csv)) PrintTable(history, session.Screen);
            else if (session.Screen.Format is OutputFormat.Json) session.Screen.Json(sent);
            else if (session.Screen.Format is OutputFormat.Jsonl) PrintLines(history, session.Screen);
            else foreach (var series in history.Series) Show(series, history, session.Screen);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static void Show(SeriesShape series, HistoryShape history, Screen screen)
    {
        screen.Line($"{series.Id}{(series.Unit is { Length: > 0 } unit ? $"  {unit}" : "")}  {Words.Time(history.From)} to {Words.Time(history.To)}");
        var numbers = series.Points.Where(point => point.Min is not null).ToList();
        if (series.Points.Count == 0) screen.Line("  no sample");
        else if (numbers.Count == 0) screen.Line($"  {series.Raw} samples, none of them a number: `twin history` lists them");
        else
        {
            var span = (history.To - history.From).TotalMilliseconds;
            var parts = series.Points.Select(point => new TrendChart.Part(
                (point.T - history.From.ToUnixTimeMilliseconds()) / span, point.Min, point.Max, Number(point.V), point.Q, point.Gap is not null)).ToList();
            foreach (var line in TrendChart.Draw(parts, Width, Height)) screen.Line($"  {line}".TrimEnd());
            var (low, high) = (numbers.MinBy(point => point.Min)!, numbers.MaxBy(point => point.Max)!);
            screen.Line($"  min {Words.Number(low.Min)} at {Time(low)}, max {Words.Number(high.Max)} at {Time(high)}, last {Words.Value(series.Points[^1].V)}, {series.Raw} samples");
            screen.Line($"  {Gaps(series)}, {Words.Percent(series.Points.Sum(point => (point.N ?? 1) * Good(point)) / series.Points.Sum(point => point.N ?? 1))} good   ({TrendChart.Legend})");
        }
        screen.Line("");
    }

    private static string Gaps(SeriesShape series)
    {
        var gaps = series.Points.Select(point => point.Gap).OfType<long>().ToList();
        return gaps.Count == 0 ? "no gap" : $"{gaps.Count} gap{(gaps.Count == 1 ? "" : "s")}, the longest of {Words.Number(gaps.Max() / 1000.0)} s";
    }

    private static void PrintLines(HistoryShape history, Screen screen)
    {
        foreach (var series in history.Series)
            foreach (var point in series.Points)
                screen.JsonLine(new { id = series.Id, unit = series.Unit, point.T, point.V, point.Min, point.Max, point.Q, point.Gap, point.N, point.First, point.Mean, point.Good });
    }

    private static void PrintTable(HistoryShape history, Screen screen)
    {
        screen.Line("signal,time,last,min,max,mean,unit,quality,samples,good,gapSeconds");
        foreach (var series in history.Series)
            foreach (var point in series.Points)
                screen.Line(string.Join(',',
                    Cell(series.Id), Time(point), point.V.ValueKind == JsonValueKind.String ? Cell(point.V.GetString()!) : Exact(Number(point.V)), Exact(point.Min), Exact(point.Max),
                    Exact(point.Mean ?? Number(point.V)), Cell(series.Unit ?? ""), point.Q, Exact(point.N ?? 1), Exact(Good(point)), Exact(point.Gap / 1000.0)));
    }

    /// <summary>A spreadsheet takes what begins like a formula for one.</summary>
    private static string Cell(string words)
    {
        if (words.Length > 0 && "=+-@\t\r".Contains(words[0], StringComparison.Ordinal)) words = "'" + words;
        return words.AsSpan().ContainsAny(",\"\r\n") ? $"\"{words.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : words;
    }

    private static double Good(PointShape point) => point.Good ?? (point.Q == "good" ? 1 : 0);

    private static double? Number(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static string Exact(double? number) => number?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    private static string Time(PointShape point) => Words.PreciseTime(DateTimeOffset.FromUnixTimeMilliseconds(point.T));
}
