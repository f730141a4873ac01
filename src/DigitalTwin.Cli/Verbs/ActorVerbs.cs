using System.CommandLine;
using System.Text.Json;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`actor`: the actors behind the twins, as a list and as a tree.</summary>
internal static class ActorVerbs
{
    public static Command Create(Options options)
    {
        var list = new Verb("ls", "List the actors in memory, those that do not run first", "twin actor ls -o wide");
        list.Runs(options, async (session, _, stopped) =>
        {
            var sent = await session.Host.Get("api/v1/actors", stopped);
            if (!TryJson(session.Screen, sent)) session.Screen.Show(Rows(sent.As<ActorsShape>().Actors, session.Screen));
            return ExitCodes.Ok;
        });
        var hierarchy = new Verb("hierarchy", "Show the actors as a tree: what waits in each mailbox, what was processed, restarts", "twin actor hierarchy");
        hierarchy.Runs(options, async (session, _, stopped) =>
        {
            var sent = await session.Host.Get("api/v1/actors", stopped);
            if (!TryJson(session.Screen, sent)) session.Screen.Show(Tree(sent.As<ActorsShape>()));
            return ExitCodes.Ok;
        });
        return new Command("actor", "Look at the actors behind the twins") { list, hierarchy };
    }

    private static bool TryJson(Screen screen, JsonElement sent)
    {
        if (screen.Format is OutputFormat.Json) screen.Json(sent);
        else if (screen.Format is OutputFormat.Jsonl)
            foreach (var actor in sent.GetProperty("actors").EnumerateArray()) screen.JsonLine(actor);
        return screen.IsJson;
    }

    private static Table Rows(IReadOnlyList<ActorShape> actors, Screen screen)
    {
        string[] narrow = ["id", "kind", "state", "mailbox", "processed", "restarts", "why"];
        var table = Screen.Columns(screen.IsWide ? [.. narrow, "shard", "last message"] : narrow);
        foreach (var actor in actors.OrderBy(Healthy).ThenBy(actor => actor.Id, StringComparer.Ordinal))
        {
            List<Text> cells =
            [
                Paint.Plain(actor.Id), Paint.Plain(actor.Kind), Healthy(actor) ? Paint.Plain(actor.State) : Paint.Abnormal(actor.State.ToUpperInvariant()),
                Paint.Plain(Words.Number(actor.Mailbox)), Paint.Plain(Words.Number(actor.Processed)), Paint.Plain(Words.Number(actor.Restarts)), Paint.Abnormal(actor.Why ?? Words.Absent),
            ];
            if (screen.IsWide) cells.AddRange([Paint.Plain(actor.Shard), Paint.Plain(Words.Time(actor.LastMessage))]);
            table.AddRow(cells);
        }
        return table;
    }

    private static Tree Tree(ActorsShape shown)
    {
        var tree = new Tree(new Text($"{shown.System}  ({shown.Actors.Count} actors)"));
        var nodes = new Dictionary<string, TreeNode>();
        // Ordinal order puts every parent before what lies below it.
        foreach (var actor in shown.Actors.OrderBy(actor => actor.Id, StringComparer.Ordinal))
        {
            var parent = Parents(actor.Id).FirstOrDefault(nodes.ContainsKey);
            var label = new Text($"{actor.Id[(parent is null ? 0 : parent.Length + 1)..]}  {Told(actor)}", Healthy(actor) ? Style.Plain : new Style(Color.Red));
            nodes[actor.Id] = parent is null ? tree.AddNode(label) : nodes[parent].AddNode(label);
        }
        return tree;
    }

    /// <summary>The ids above one, nearest first: a.b.c → a.b, a.</summary>
    private static IEnumerable<string> Parents(string id)
    {
        for (var cut = id.LastIndexOfAny(['.', '/']); cut > 0; cut = id.LastIndexOfAny(['.', '/'], cut - 1)) yield return id[..cut];
    }

    private static bool Healthy(ActorShape actor) => actor.State == "running";

    private static string Told(ActorShape actor)
    {
        var restarts = actor.Restarts > 0 ? $"  ×{actor.Restarts} restarted" : "";
        return $"{actor.Kind}  mailbox {actor.Mailbox}  processed {actor.Processed}{restarts}{(Healthy(actor) ? "" : $"  {actor.State.ToUpperInvariant()}")}";
    }
}
