using System.Globalization;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>Twins as rows, and the signals of one twin as rows.</summary>
internal static class TwinTable
{
    public static Table Of(IReadOnlyList<TwinShape> twins, Screen screen)
    {
        string[] narrow = ["id", "kind", "state", "since", "vehicle", "good", "scrap", "data", "flags"];
        var table = Screen.Columns(screen.IsWide ? [.. narrow, "name", "mode", "fault", "produced", "offset"] : narrow);
        foreach (var twin in twins)
        {
            List<Text> cells =
            [
                Paint.Plain(twin.Id), Paint.Plain(twin.Kind), Paint.State(twin.State), Paint.Plain(Words.Time(twin.StateSince)),
                Paint.Plain(twin.CurrentVehicle), Paint.Plain(Count(twin.Counts?.Good)), Paint.Plain(Count(twin.Counts?.Scrap)),
                Data(twin), Paint.Abnormal(Flags(twin)),
            ];
            if (screen.IsWide)
                cells.AddRange(
                [
                    Paint.Plain(twin.Name), Paint.Plain(Words.Value(twin.Mode)), Paint.Fault(twin.Fault),
                    Paint.Plain(Count(twin.Counts?.Produced)), Paint.Plain(Count(twin.Offset)),
                ]);
            table.AddRow(cells);
        }
        return table;
    }

    public static Table Signals(TwinShape twin)
    {
        var table = Screen.Columns("signal", "reported", "desired", "quality", "age", "plant time");
        // A setpoint that the equipment has not reported yet still has a desired value to show.
        foreach (var name in (twin.Reported?.Keys ?? []).Union(twin.Desired?.Keys ?? []))
        {
            var reported = twin.Reported?.GetValueOrDefault(name);
            var desired = twin.Desired?.GetValueOrDefault(name);
            table.AddRow(
                Paint.Plain(name), Paint.Plain(Words.Value(reported?.V ?? default, reported?.Unit)), Paint.Plain(Words.Value(desired?.V ?? default, desired?.Unit)),
                Paint.Quality(reported?.Q), Paint.Plain(Words.Age(reported?.Age)), Paint.Plain(Words.Time(reported?.T)));
        }
        return table;
    }

    public static string Flags(TwinShape twin) => twin.Flags is { Count: > 0 } flags ? string.Join(' ', flags.Select(Words.Value)) : Words.Absent;

    /// <summary>How many signals are not good, worst word first to meet the eye: `2 stale, 1 bad`.</summary>
    private static Text Data(TwinShape twin)
    {
        if (twin.Reported is not { Count: > 0 } reported) return Paint.Plain(Words.Absent);
        var worse = reported.Values.Where(value => value.Q != "good").GroupBy(value => value.Q ?? "absent").Select(kind => $"{kind.Count()} {kind.Key}").ToList();
        return Paint.Quality(worse.Count == 0 ? "good" : string.Join(", ", worse));
    }

    private static string Count(long? count) => count?.ToString(CultureInfo.InvariantCulture) ?? Words.Absent;
}
