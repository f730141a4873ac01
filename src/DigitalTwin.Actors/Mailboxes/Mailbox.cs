namespace DigitalTwin.Actors.Mailboxes;

/// <summary>
/// Two lanes into one entity: a bounded one for messages, whose senders wait when it is full, and one for signals of the
/// engine, which go first and are few by protocol. Any thread posts, only the entity's turn takes.
/// </summary>
/// <remarks>The ring grows with use up to the capacity, since most entities of a plant are idle most of the time.</remarks>
/// <param name="capacity">Messages that may wait; one more waits at its sender.</param>
public sealed class Mailbox<T>(int capacity)
{
    private const int FirstSize = 4;

    private readonly Lock gate = new();
    private readonly Queue<T> signals = new(1);
    private LinkedList<Sender>? senders;
    private T[] ring = new T[Math.Min(FirstSize, capacity)];
    private int head;
    private int count;

    /// <summary>Messages that wait, those at their senders included.</summary>
    public int Depth
    {
        get
        {
            lock (gate) return count + (senders?.Count ?? 0);
        }
    }

    /// <summary>False when full.</summary>
    public bool TryPost(T message)
    {
        lock (gate)
        {
            if (count == capacity) return false;
            Put(message);
            return true;
        }
    }

    /// <summary>Completes when the message is in the mailbox; senders that wait are served in their order.</summary>
    public ValueTask PostAsync(T message, CancellationToken cancellation)
    {
        Sender sender;
        lock (gate)
        {
            if (count < capacity)
            {
                Put(message);
                return ValueTask.CompletedTask;
            }

            sender = new Sender(message);
            (senders ??= []).AddLast(sender.Node);
        }

        return new ValueTask(cancellation.CanBeCanceled ? WaitAsync(sender, cancellation) : sender.Posted.Task);
    }

    public void PostSignal(T signal)
    {
        lock (gate) signals.Enqueue(signal);
    }

    public bool TryTakeSignal(out T signal)
    {
        lock (gate) return signals.TryDequeue(out signal!);
    }

    public bool TryTake(out T message)
    {
        Sender? next = null;
        lock (gate)
        {
            if (count == 0)
            {
                message = default!;
                return false;
            }

            message = ring[head];
            ring[head] = default!;
            head = head + 1 == ring.Length ? 0 : head + 1;
            count--;
            if (senders is { First: { } first })
            {
                next = first.Value;
                senders.Remove(first);
                Put(next.Message);
            }
        }

        next?.Posted.TrySetResult();
        return true;
    }

    /// <summary>Whether a turn would find something.</summary>
    /// <param name="signalsOnly">The entity waits for the journal or for its restart.</param>
    public bool HasWork(bool signalsOnly)
    {
        lock (gate) return signals.Count > 0 || (!signalsOnly && count > 0);
    }

    private void Put(T message)
    {
        if (count == ring.Length) Grow();
        var tail = head + count;
        ring[tail >= ring.Length ? tail - ring.Length : tail] = message;
        count++;
    }

    private void Grow()
    {
        var larger = new T[Math.Min(ring.Length * 2, capacity)];
        for (var i = 0; i < count; i++) larger[i] = ring[(head + i) % ring.Length];
        ring = larger;
        head = 0;
    }

    private async Task WaitAsync(Sender sender, CancellationToken cancellation)
    {
        await using var registration = cancellation.UnsafeRegister(_ => Withdraw(sender, cancellation), null);
        await sender.Posted.Task;
    }

    private void Withdraw(Sender sender, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (sender.Node.List is null) return;
            senders!.Remove(sender.Node);
        }

        sender.Posted.TrySetCanceled(cancellation);
    }

    private sealed class Sender
    {
        public Sender(T message)
        {
            Message = message;
            Node = new LinkedListNode<Sender>(this);
        }

        public T Message { get; }

        public LinkedListNode<Sender> Node { get; }

        public TaskCompletionSource Posted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
