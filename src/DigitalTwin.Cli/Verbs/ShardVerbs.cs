using System.CommandLine;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`shard ls`: which process runs which line.</summary>
internal static class ShardVerbs
{
    public static Command Create(Options options)
    {
        var list = new Verb("ls", "List the shards: who runs each, under which epoch, how long its lease lasts without renewal", "twin shard ls");
        list.Runs(options, async (session, _, stopped) =>
        {
            var items = await session.Host.GetAll("api/v1/shards", int.MaxValue, stopped);
            if (session.Screen.IsJson) session.Screen.JsonList(items);
            else
            {
                var table = Screen.Columns("shard", "owner", "epoch", "lease left", "this host");
                foreach (var shard in items.Select(item => item.As<ShardShape>()))
                    table.AddRow(
                        Paint.Plain(shard.Shard), Paint.Plain(shard.Owner), Paint.Plain(Words.Number(shard.Epoch)),
                        shard.ExpiresInSeconds > 0 ? Paint.Plain($"{Words.Number(shard.ExpiresInSeconds, "0.0")} s") : Paint.Abnormal("RUN OUT"), Paint.Plain(shard.Mine ? "yes" : "no"));
                session.Screen.Show(table);
            }
            return ExitCodes.Ok;
        });
        return new Command("shard", "Look at the shards: a line with all below it is one") { list };
    }
}
