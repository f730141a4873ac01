using DigitalTwin.Host.Api;
using DigitalTwin.Host.Twins;

namespace DigitalTwin.Host.Streaming;

/// <summary>What one listener wants to hear of.</summary>
/// <param name="Twins">Ids of twins; each stands for itself and everything below it.</param>
/// <param name="Signals">Ids of signals whose values are wanted.</param>
public sealed record StreamScope(IReadOnlyList<string> Twins, IReadOnlyList<string> Signals)
{
    /// <param name="topics">
    /// <c>twin:ID</c>, <c>area:ID</c>, <c>line:ID</c>: that twin and below, events and values; <c>tags:ID</c>: values alone, of a twin or one signal;
    /// <c>plant</c>: clock and freshness, which come anyway. Empty: everything.
    /// </param>
    /// <param name="asked">Hears of every topic that cannot be understood or found.</param>
    public static StreamScope Read(string? topics, TwinDirectory directory, string plantId, Func<string, bool> isSignal, Asked asked)
    {
        var twins = new List<string>();
        var signals = new List<string>();
        foreach (string topic in (string.IsNullOrWhiteSpace(topics) ? $"twin:{plantId}" : topics).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int colon = topic.IndexOf(':', StringComparison.Ordinal);
            (string kind, string id) = colon < 0 ? (topic, "") : (topic[..colon], topic[(colon + 1)..]);
            switch (kind)
            {
                case "plant" when id.Length == 0:
                    break;
                case "twin" or "area" or "line" when directory.Find(id) is not null:
                    twins.Add(id);
                    signals.AddRange(directory.SignalsOf(id));
                    break;
                case "tags" when isSignal(id):
                    signals.Add(id);
                    break;
                case "tags" when directory.IsPlace(id):
                    signals.AddRange(directory.SignalsOf(id));
                    break;
                case "twin" or "area" or "line" or "tags":
                    asked.Require(false, $"There is no '{id}' for the topic '{topic}'.");
                    break;
                default:
                    asked.Require(false, $"The topic '{topic}' is none of plant, twin:ID, area:ID, line:ID, tags:ID.");
                    break;
            }
        }

        return new StreamScope(twins, [.. signals.Distinct(StringComparer.Ordinal)]);
    }

    public bool Covers(string id) => Twins.Any(root => id == root || TwinDirectory.IsBelow(id, root));
}
