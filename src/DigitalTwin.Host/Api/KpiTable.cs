using System.Globalization;
using System.Text;
using DigitalTwin.Domain.Stops;

namespace DigitalTwin.Host.Api;

/// <summary>Key figures as comma-separated values (RFC 4180): one line a period as it is now, and one more as it was stated where that differs.</summary>
internal static class KpiTable
{
    private static readonly StopCategory[] Categories = Enum.GetValues<StopCategory>();

    private static readonly (string Name, Func<KpiView, object?> Of)[] Columns =
    [
        ("from", view => view.From), ("to", view => view.To), ("label", view => view.Label), ("open", view => view.Open ? "yes" : "no"),
        ("oee", view => view.Oee), ("availability", view => view.Availability), ("effectiveness", view => view.Effectiveness), ("quality", view => view.Quality),
        ("shiftSeconds", view => view.ShiftSeconds), ("plannedBusySeconds", view => view.PlannedBusySeconds), ("actualProductionSeconds", view => view.ActualProductionSeconds),
        ("plannedStopSeconds", view => view.PlannedStopSeconds), ("notObservedSeconds", view => view.NotObservedSeconds),
        ("produced", view => view.Produced), ("good", view => view.Good), ("scrap", view => view.Scrap), ("scrapRatio", view => view.ScrapRatio),
        ("firstTimeThrough", view => view.FirstTimeThrough), ("jobsPerHour", view => view.JobsPerHour), ("jobsPerHourPlanned", view => view.JobsPerHourPlanned),
        ("taktSeconds", view => view.TaktSeconds), ("actualTaktSeconds", view => view.ActualTaktSeconds),
        .. Categories.Select(category => ($"{JsonName(category)}Seconds", (Func<KpiView, object?>)(view => view.Stops.Where(sum => sum.Category == category).Sum(sum => sum.Seconds)))),
        ("stops", view => view.Stops.Sum(sum => sum.Count)),
        ("statedAt", view => view.StatedAt), ("restatedAt", view => view.RestatedAt), ("why", view => string.Join(' ', view.Restatements.Select(restated => restated.By is { } by ? $"{by}: {restated.Why}" : restated.Why))),
    ];

    public static string Write(string scope, IEnumerable<KpiView> items)
    {
        var text = new StringBuilder();
        Line(text, ["scope", "figures", .. Columns.Select(column => column.Name)]);
        foreach (KpiView item in items)
        {
            Line(text, [scope, "now", .. Columns.Select(column => column.Of(item))]);
            if (item.Before is { } stated)
                Line(text, [scope, "as stated", .. Columns.Select(column => column.Of(stated))]);
        }

        return text.ToString();
    }

    private static void Line(StringBuilder text, IEnumerable<object?> cells) => text.AppendJoin(',', cells.Select(Cell)).Append("\r\n");

    private static string Cell(object? value) => value switch
    {
        null => "",
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        string words => Csv.Words(words),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string JsonName(StopCategory category) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(category.ToString());
}
