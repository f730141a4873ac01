using System.Globalization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;

namespace DigitalTwin.Actors.Tests.TakeOver;

/// <summary>
/// A host that wants one shard as long as it lives: its presses stroke as fast as they can while it has the shard. Each acknowledged event is
/// printed as <c>entity seq offset</c>, and each append that the store has fenced off as <c>fenced</c>.
/// </summary>
public static class TakeOverProcess
{
    public static readonly ShardId Shard = new("line1");
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(0.5);
    private const int Presses = 8;

    /// <summary>How the store says that the epoch, and not the sequence, was what refused an append.</summary>
    private static readonly string Fenced = AppendResult.Fenced(new Lease(Shard, "", 0, LeaseTime), 0).Why!.Split(':')[0];

    /// <summary>Until the end of its input: whoever has started it is gone then.</summary>
    public static async Task RunAsync(IJournal journal, string owner)
    {
        await using var system = new EntitySystem(journal, new EntitySystemOptions { Owner = owner, ShardOf = _ => Shard, LeaseTime = LeaseTime });
        var presses = system.Add(Press.Behavior);
        using var ended = new CancellationTokenSource();
        var working = Enumerable.Range(1, Presses).Select(press => Task.Run(() => Work(presses, IdOf(owner, press), ended.Token))).ToArray();
        await Console.In.ReadToEndAsync(ended.Token);
        await ended.CancelAsync();
        await Task.WhenAll(working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Half of the presses are this host's alone: what it sends too late fits their sequences, and only the fence is in its way.</summary>
    private static EntityId IdOf(string owner, int press) => new(press % 2 == 0 ? $"shop.press-{press}" : $"shop.{owner}.press-{press}");

    private static async Task Work(Entities<Press, PressCommand, PressEvent> presses, EntityId id, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            Reply<Press, PressEvent>? reply = null;
            try
            {
                reply = await presses.AskAsync(id, new PressCommand.Stroke(Times: 2), TimeSpan.FromSeconds(10), ended);
            }
            catch (TimeoutException)
            {
                // Stopped for longer than the deadline.
            }

            if (reply is Reply<Press, PressEvent>.Accepted accepted)
            {
                foreach (var recorded in accepted.Events)
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{id} {recorded.Seq} {recorded.Offset}"));
            }
            else
            {
                if (reply is Reply<Press, PressEvent>.Failed failed && failed.Reason.Contains(Fenced, StringComparison.Ordinal)) Console.WriteLine("fenced");
                await Task.Delay(20, ended);
            }
        }
    }
}
