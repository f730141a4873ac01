using System.Globalization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Persistence.Sqlite;

namespace DigitalTwin.Actors.Tests.Sqlite;

/// <summary>
/// The test assembly as a program: presses that stroke as fast as they can and print each acknowledged event, until they are killed.
/// </summary>
public static class PressProcess
{
    private const int Presses = 4;

    public static async Task<int> Main(string[] args)
    {
        using var journal = SqliteJournal.Open(new SqliteJournalOptions(args[0], "leipzig"));
        await using var system = new EntitySystem(journal);
        var presses = system.Add(Press.Behavior);
        using var failed = new CancellationTokenSource();
        await Task.WhenAll(Enumerable.Range(1, Presses).Select(press => Task.Run(() => Work(presses, new EntityId($"shop.press-{press}"), failed))));
        Console.WriteLine($"failed {system.JournalHealth.Why}");
        return 1;
    }

    private static async Task Work(Entities<Press, PressCommand, PressEvent> presses, EntityId id, CancellationTokenSource failed)
    {
        while (!failed.IsCancellationRequested)
        {
            var reply = await presses.AskAsync(id, new PressCommand.Stroke(Times: 2), TimeSpan.FromMinutes(1));
            if (reply is Reply<Press, PressEvent>.Accepted accepted)
            {
                foreach (var recorded in accepted.Events)
                {
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{id} {recorded.Seq} {recorded.Offset}"));
                }
            }
            else if (reply is Reply<Press, PressEvent>.Failed) await failed.CancelAsync();
        }
    }
}
