using System.CommandLine;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`watch`: twins as they change. A live table on a terminal, one line per event elsewhere.</summary>
internal static class WatchVerb
{
    // Twice a second: quick enough for the eye, and ages grow also while nothing arrives.
    private static readonly TimeSpan Repaint = TimeSpan.FromMilliseconds(500);

    public static Verb Create(Options options)
    {
        var ids = new Argument<string[]>("ID") { Description = "Twins; each stands for itself and everything below it", Arity = ArgumentArity.OneOrMore };
        var count = new Option<int?>("--count", "-n") { Description = "End after N events", HelpName = "N" };
        count.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1) result.AddError("--count wants a whole number from 1.");
        });
        var verb = new Verb("watch", "Follow twins as they change, until Ctrl-C", "twin watch leipzig.body.line1.cell3") { ids, count };
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var watched = parsed.GetRequiredValue(ids);
            // The stream would carry nothing for a twin that does not exist; asking first says so.
            foreach (var id in watched) await session.Host.Get($"api/v1/twins/{Uri.EscapeDataString(id)}", stopped);
            var live = session.Screen.IsTerminal && !session.Screen.IsJson;
            var topics = string.Join(',', watched.Select(id => $"twin:{id}"));
            var events = LiveEvents.Read(session.Host, topics, live ? _ => { } : Screen.Notice, stopped);
            var most = parsed.GetValue(count) ?? int.MaxValue;
            if (session.Screen.IsJson) await PrintJson(events, most, session.Screen, stopped);
            else if (live) await Paint(events, most, session.Screen, stopped);
            else await PrintLines(events, most, session.Screen, stopped);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static async Task PrintJson(IAsyncEnumerable<StreamEvent> events, int most, Screen screen, CancellationToken stopped)
    {
        await foreach (var (type, id, data) in events.Take(most).WithCancellation(stopped)) screen.JsonLine(new { @event = type, id, data });
    }

    private static async Task PrintLines(IAsyncEnumerable<StreamEvent> events, int most, Screen screen, CancellationToken stopped)
    {
        var twins = new WatchedTwins();
        await foreach (var happened in events.WithCancellation(stopped))
        {
            var lines = twins.Take(happened);
            foreach (var line in lines) screen.Line(line);
            // A heartbeat is told to nobody, so it is not counted either.
            if (lines.Count > 0 && --most == 0) return;
        }
    }

    private static Task Paint(IAsyncEnumerable<StreamEvent> events, int most, Screen screen, CancellationToken stopped) =>
        screen.Live(new Text("waiting for the first values…")).StartAsync(async painting =>
        {
            var twins = new WatchedTwins();
            var nextPaint = Repaint;
            var started = TimeProvider.System.GetTimestamp();
            await using var stream = events.Take(most).GetAsyncEnumerator(stopped);
            var next = stream.MoveNextAsync().AsTask();
            while (true)
            {
                var elapsed = TimeProvider.System.GetElapsedTime(started);
                if (elapsed >= nextPaint)
                {
                    nextPaint = elapsed + Repaint;
                    if (twins.Table(screen) is { } table) painting.UpdateTarget(table);
                }
                else if (!next.IsCompleted) await Task.WhenAny(next, Task.Delay(nextPaint - elapsed, stopped));
                if (!next.IsCompleted) continue;
                if (!await next) break;
                twins.Take(stream.Current);
                next = stream.MoveNextAsync().AsTask();
            }
            if (twins.Table(screen) is { } last) painting.UpdateTarget(last);
        });
}
