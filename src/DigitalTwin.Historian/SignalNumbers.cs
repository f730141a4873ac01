using System.Collections.Concurrent;

namespace DigitalTwin.Historian;

/// <summary>Signal ids as the numbers that rows hold. The writer adds; anyone reads.</summary>
internal sealed class SignalNumbers
{
    private readonly ConcurrentDictionary<string, uint> numbers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<uint, string> ids = new();
    private uint next;

    /// <param name="highest">Numbers up to here are not given again: rows may hold one whose name is lost.</param>
    public SignalNumbers(IReadOnlyDictionary<uint, string> known, uint highest)
    {
        foreach (var (number, id) in known) (numbers[id], ids[number]) = (number, id);
        next = Math.Max(highest, known.Keys.DefaultIfEmpty(0u).Max()) + 1;
    }

    public uint? Find(string id) => numbers.TryGetValue(id, out var number) ? number : null;

    public string IdOf(uint number) => ids[number];

    /// <returns>Null when the name is lost.</returns>
    public string? NameOf(uint number) => ids.GetValueOrDefault(number);

    public uint Add(string id)
    {
        var number = next++;
        (ids[number], numbers[id]) = (id, number);
        return number;
    }

    /// <summary>Takes back what a commit that failed had added. The numbers are not used again.</summary>
    public void Forget(IEnumerable<(uint Number, string Id)> added)
    {
        foreach (var (number, id) in added)
        {
            numbers.TryRemove(id, out _);
            ids.TryRemove(number, out _);
        }
    }
}
