using DigitalTwin.Actors.Journals;

namespace DigitalTwin.Actors.Entities;

/// <summary>A command that has been answered with events: <paramref name="Count"/> of them, from <paramref name="FirstSeq"/> on.</summary>
internal readonly record struct AnsweredCommand(string Id, long Body, long FirstSeq, int Count);

/// <summary>The newest commands with an id that an entity has recorded events for. Older ones are forgotten: a repetition that late is decided anew.</summary>
internal sealed class CommandWindow(int capacity)
{
    private readonly Dictionary<string, AnsweredCommand> known = [];
    private readonly Queue<string> order = new();

    /// <summary>The oldest first.</summary>
    public AnsweredCommand[] Commands => [.. order.Select(id => known[id])];

    public bool TryFind(string id, out AnsweredCommand answered) => known.TryGetValue(id, out answered);

    /// <summary>One more event that answers a command; those of one command follow each other.</summary>
    public void Note(CommandTag tag, long seq)
    {
        if (known.TryGetValue(tag.Id, out var answered)) known[tag.Id] = answered with { Count = answered.Count + 1 };
        else Add(new AnsweredCommand(tag.Id, tag.Body, seq, 1));
    }

    public void Add(AnsweredCommand answered)
    {
        if (order.Count == capacity) known.Remove(order.Dequeue());
        order.Enqueue(answered.Id);
        known.Add(answered.Id, answered);
    }
}
