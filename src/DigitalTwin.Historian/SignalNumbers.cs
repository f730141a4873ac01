using System.Collections.Concurrent;
using DigitalTwin.Historian.Engine;

namespace DigitalTwin.Historian;

/// <summary>Signal ids as the numbers that rows hold. The writer adds; anyone reads.</summary>
internal sealed class SignalNumbers
{
    private readonly ConcurrentDictionary<string, uint> numbers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<uint, string> ids = new();
    private uint next;

    public SignalNumbers(DuckDatabase database)
    {
        using var connection = database.Connect();
        using var known = connection.Query("SELECT number, id FROM signals");
        while (known.Read())
        {
            var (number, id) = (known.UInt32(0), known.Text(1)!);
            numbers[id] = number;
            ids[number] = id;
            next = Math.Max(next, number + 1);
        }
    }

    public uint? Find(string id) => numbers.TryGetValue(id, out var number) ? number : null;

    public string IdOf(uint number) => ids[number];

    /// <summary>Gives a number to an id, within the writer's transaction.</summary>
    public uint Add(string id, DuckConnection connection)
    {
        var number = next++;
        connection.Execute("INSERT INTO signals VALUES (?, ?)", (long)number, id);
        numbers[id] = number;
        ids[number] = id;
        return number;
    }

    /// <summary>Takes back what the transaction that failed had added. The numbers are not used again.</summary>
    public void Forget(IEnumerable<string> added)
    {
        foreach (var id in added)
            if (numbers.TryRemove(id, out var number)) ids.TryRemove(number, out _);
    }
}
