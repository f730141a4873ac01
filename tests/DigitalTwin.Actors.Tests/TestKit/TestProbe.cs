using DigitalTwin.Actors.Entities;

namespace DigitalTwin.Actors.TestKit;

/// <summary>Sends commands and keeps the replies in the order in which they came, at the very step at which they were given.</summary>
public sealed class TestProbe<TState, TCommand, TEvent>(Entities<TState, TCommand, TEvent> entities)
{
    private readonly List<(TCommand Command, Reply<TState, TEvent> Reply)> replies = [];
    private int read;

    public IReadOnlyList<(TCommand Command, Reply<TState, TEvent> Reply)> Replies
    {
        get
        {
            lock (replies) return [.. replies];
        }
    }

    /// <summary>False when the mailbox is full.</summary>
    public bool Send(EntityId id, TCommand command) => entities.TryAsk(id, command, reply =>
    {
        lock (replies) replies.Add((command, reply));
    });

    /// <summary>The next reply that no <c>Expect</c> has seen, which must be of this kind.</summary>
    public TReply Expect<TReply>() where TReply : Reply<TState, TEvent>
    {
        lock (replies)
        {
            if (read == replies.Count) throw new InvalidOperationException($"No reply yet; expected {typeof(TReply).Name}.");
            var (command, reply) = replies[read++];
            return reply as TReply ?? throw new InvalidOperationException($"{command} was answered with {reply}; expected {typeof(TReply).Name}.");
        }
    }

    public void ExpectNoReply()
    {
        lock (replies)
        {
            if (read < replies.Count) throw new InvalidOperationException($"Expected no reply, but there is {replies[read]}.");
        }
    }
}
