using System.CommandLine;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`actor hierarchy`: the actors behind the twins.</summary>
internal static class ActorVerbs
{
    public static Command Create(Options options)
    {
        var hierarchy = new Verb("hierarchy", "Show the actors as a tree: what waits in each mailbox, what was processed, restarts", "twin actor hierarchy");
        hierarchy.Runs(options, async (session, _, stopped) =>
        {
            var sent = await session.Host.Get("api/v1/actors", stopped);
            if (session.Screen.Format is OutputFormat.Json) session.Screen.Json(sent);
            else if (session.Screen.Format is OutputFormat.Jsonl)
                foreach (var actor in sent.GetProperty("actors").EnumerateArray()) session.Screen.JsonLine(actor);
            else session.Screen.Show(Tree(sent.As<ActorsShape>()));
            return ExitCodes.Ok;
        });
        return new Command("actor", "Look at the actors behind the twins") { hierarchy };
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
