using System.CommandLine;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using DigitalTwin.Cli.Times;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`kpi`: key figures by shift, day and week.</summary>
internal static class KpiVerb
{
    public static Verb Create(Options options)
    {
        var id = new Argument<string>("ID") { Description = "A line or a station" };
        var by = new Option<string>("--by") { Description = "shift, day or week", DefaultValueFactory = _ => "shift" };
        by.AcceptOnlyFromAmong("shift", "day", "week");
        var csv = new Option<bool>("--csv") { Description = "Comma-separated values, for a spreadsheet" };
        var window = new Window();
        var verb = new Verb("kpi", "Show OEE, jobs per hour, first-time-through, scrap and stop reasons by shift, day or week", "twin kpi leipzig.body.line1 --by day --from -7d") { id, by, csv };
        window.AddTo(verb);
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var (from, to) = await window.Resolve(parsed, session.Host, stopped);
            var path = Query.Path("api/v1/kpis", ("scope", parsed.GetRequiredValue(id)), ("by", parsed.GetValue(by)),
                ("from", Query.Time(from)), ("to", Query.Time(to)), ("format", parsed.GetValue(csv) ? "csv" : null));
            if (parsed.GetValue(csv))
            {
                session.Screen.Line((await session.Host.GetText(path, stopped)).TrimEnd());
                return ExitCodes.Ok;
            }
            var sent = await session.Host.Get(path, stopped);
            if (session.Screen.Format is OutputFormat.Jsonl)
                foreach (var item in sent.GetProperty("items").EnumerateArray()) session.Screen.JsonLine(item);
            else if (session.Screen.IsJson) session.Screen.Json(sent);
            else Show(sent.As<KpisShape>(), session.Screen);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static void Show(KpisShape kpis, Screen screen)
    {
        screen.Line($"{kpis.Id} ({kpis.Kind})  {kpis.Definition.Standard}, version {Words.Value(kpis.Definition.Version)}: {kpis.Definition.Rule}");
        if (kpis.Station != kpis.Id) screen.Line($"constraint station {kpis.Station}");
        screen.Line("");
        var table = Screen.Columns("period", "figures", "OEE", "avail.", "effect.", "quality", "jobs/h", "planned", "FTT", "scrap", "good", "most lost by");
        foreach (var item in kpis.Items)
        {
            Row(item, item.Open ? "so far" : item.Before is null ? "final" : "restated");
            if (item.Before is { } stated) Row(stated, "as stated");
        }
        screen.Show(table);
        foreach (var item in kpis.Items)
            foreach (var restated in item.Restatements)
                screen.Line($"{item.Label}, {Words.Time(restated.At)}{(restated.By is { } by ? $", {by}" : "")}: {restated.Why}");

        void Row(KpiShape item, string figures) => table.AddRow(
            Paint.Plain(item.Label), Paint.Plain(figures), Paint.Right(Words.Percent(item.Oee)), Paint.Right(Words.Percent(item.Availability)),
            Paint.Right(Words.Percent(item.Effectiveness)), Paint.Right(Words.Percent(item.Quality)), Paint.Right(Words.Number(item.JobsPerHour, "0.0")),
            Paint.Right(Words.Number(item.JobsPerHourPlanned, "0.0")), Paint.Right(Words.Percent(item.FirstTimeThrough)), Paint.Right(Words.Percent(item.ScrapRatio)),
            Paint.Right(Words.Number(item.Good)), Paint.Plain(item.Stops is [var most, ..] ? $"{most.Name}, {Words.Number(most.Seconds / 60, "0.0")} min in {most.Count}" : Words.Absent));
    }
}
