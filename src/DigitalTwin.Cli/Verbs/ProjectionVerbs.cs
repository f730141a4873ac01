using System.CommandLine;
using System.Globalization;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`projection`: the read models that are made of the journal.</summary>
internal static class ProjectionVerbs
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    public static Command Create(Options options) => new("projection", "Look at the read models made of the journal, and make them anew") { List(options), Rebuild(options) };

    private static Verb List(Options options)
    {
        var verb = new Verb("ls", "List the read models: how far each is, and how far behind", "twin projection ls");
        verb.Runs(options, async (session, _, stopped) =>
        {
            var items = await session.Host.GetAll("api/v1/projections", int.MaxValue, stopped);
            if (session.Screen.IsJson) session.Screen.JsonList(items);
            else session.Screen.Show(Table([.. items.Select(item => item.As<ProjectionShape>())]));
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static Verb Rebuild(Options options)
    {
        var name = new Argument<string>("NAME") { Description = "One that `twin projection ls` lists" };
        var cancel = new Option<bool>("--cancel") { Description = "End the rebuild that is under way" };
        var verb = new Verb("rebuild", "Make a read model anew from the first event, while it stays in use, and say whether it had been right", "twin projection rebuild twins") { name, cancel };
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var asked = parsed.GetRequiredValue(name);
            var path = $"api/v1/projections/{Uri.EscapeDataString(asked)}/rebuild";
            var sent = parsed.GetValue(cancel) ? await session.Host.Delete(path, stopped) : await session.Host.Post(path, stopped);
            var told = TimeProvider.System.GetTimestamp();
            while (sent.As<ProjectionShape>().Rebuilt is { State: "running" } running)
            {
                await Task.Delay(Look, stopped);
                if (TimeProvider.System.GetElapsedTime(told) > TimeSpan.FromSeconds(2))
                {
                    told = TimeProvider.System.GetTimestamp();
                    Screen.Notice($"{asked}: {running.Offset} of {running.Target} events.");
                }
                sent = (await session.Host.GetAll("api/v1/projections", int.MaxValue, stopped)).Single(item => item.GetProperty("name").GetString() == asked);
            }
            if (session.Screen.IsJson) session.Screen.Json(sent);
            else Show(sent.As<ProjectionShape>(), session.Screen);
            var ended = sent.As<ProjectionShape>().Rebuilt;
            if (parsed.GetValue(cancel)) return ended is null or { State: "done" or "cancelled" } ? ExitCodes.Ok : ExitCodes.Error;
            if (ended is null or { State: "cancelled" })
                Screen.Notice($"{asked} was not made anew: {(ended is null ? "the host has started again meanwhile" : "somebody has cancelled the rebuild")}. The one in use is as it was; ask for the rebuild again.");
            return ended is { State: "done" } ? ExitCodes.Ok : ExitCodes.Error;
        });
        return verb;
    }

    private static Table Table(IReadOnlyList<ProjectionShape> projections)
    {
        var table = Screen.Columns("name", "version", "state", "offset", "head", "behind", "last rebuild");
        foreach (var projection in projections)
            table.AddRow(
                Paint.Plain(projection.Name), Paint.Plain(Words.Value(projection.Version)), projection.State == "behind" ? Paint.Abnormal(projection.State) : Paint.Plain(projection.State),
                Paint.Plain(projection.Offset.ToString(CultureInfo.InvariantCulture)), Paint.Plain(projection.Head.ToString(CultureInfo.InvariantCulture)),
                Paint.Plain(projection.BehindEvents == 0 ? Words.Absent : $"{projection.BehindEvents} events, {Words.Number(projection.BehindSeconds, "0.0")} s"),
                Paint.Plain(projection.Rebuilt is { } rebuilt ? $"{Words.Time(rebuilt.Started)} {Told(rebuilt)}" : Words.Absent));
        return table;
    }

    private static void Show(ProjectionShape projection, Screen screen)
    {
        screen.Line($"{projection.Name}: {(projection.Rebuilt is { } rebuilt ? Told(rebuilt) : "no rebuild since the host started")}");
        foreach (var difference in projection.Rebuilt?.Differences ?? []) screen.Line($"  {difference}");
    }

    private static string Told(RebuildShape rebuilt) => rebuilt.State switch
    {
        "done" => $"rebuilt from {rebuilt.Target} events in {Words.Number(rebuilt.Seconds, "0.0")} s; {(rebuilt.Differed == true ? "IT DIFFERED and was replaced" : "nothing differed")}",
        "running" => $"{rebuilt.Offset} of {rebuilt.Target} events",
        _ => $"{rebuilt.State} at {rebuilt.Offset} of {rebuilt.Target} events: {rebuilt.Why}",
    };
}
