namespace DigitalTwin.Actors.Mailboxes;

/// <summary>What became of a posted message.</summary>
public enum Posted
{
    /// <summary>It is in; a turn that is under way or waits for a signal takes it.</summary>
    Added,

    /// <summary>It is in, and the poster has to schedule a turn.</summary>
    Wake,

    /// <summary>No room.</summary>
    Full,

    /// <summary>The entity has left memory; the sender looks it up again.</summary>
    Closed,
}

/// <summary>
/// Two lanes into one entity: a bounded one for messages, whose senders wait when it is full, and the engine's signals, which are bits
/// of one number and go first. Any thread posts, only the entity's turn takes.
/// </summary>
/// <remarks>
/// It also keeps whether a turn is under way, under the same lock as the messages, so that none is ever posted and not seen, nobody schedules
/// a second turn, and an entity leaves memory only while nothing waits.
/// The ring grows with use up to the capacity, since most entities of a plant are idle most of the time.
/// </remarks>
/// <param name="capacity">Messages that may wait; one more waits at its sender.</param>
public sealed class Mailbox<T>(int capacity)
{
    private const int FirstSize = 4;

    private readonly Lock gate = new();
    private LinkedList<Sender>? senders;
    private T[] ring = [];
    private int head;
    private int count;
    private int signals;
    private bool awake;
    private bool signalsOnly;
    private bool closed;

    /// <summary>Messages that wait, those at their senders included.</summary>
    public int Depth
    {
        get
        {
            lock (gate) return count + (senders?.Count ?? 0);
        }
    }

    /// <summary>Messages that are in. In the turn at least those that were posted before it looks.</summary>
    public int Count => Volatile.Read(ref count);

    public bool IsEmpty => Count == 0;

    public Posted TryPost(T message)
    {
        lock (gate)
        {
            if (closed) return Posted.Closed;
            return HasRoom ? Put(message) : Posted.Full;
        }
    }

    /// <summary>Completes when the message is in the mailbox, or when that is closed; senders that wait are served in their order.</summary>
    public ValueTask<Posted> PostAsync(T message, CancellationToken cancellation)
    {
        Sender sender;
        lock (gate)
        {
            if (closed) return new(Posted.Closed);
            if (HasRoom) return new(Put(message));
            sender = new Sender(message);
            (senders ??= []).AddLast(sender.Node);
        }

        return new(WaitAsync(sender, cancellation));
    }

    /// <returns>True: the caller has to schedule a turn.</returns>
    public bool Signal(int bits)
    {
        lock (gate)
        {
            signals |= bits;
            return !awake && (awake = true);
        }
    }

    /// <summary>A signal that has to find an entity which can still act on it.</summary>
    public Posted TrySignal(int bits)
    {
        lock (gate)
        {
            if (closed) return Posted.Closed;
            return Signal(bits) ? Posted.Wake : Posted.Added;
        }
    }

    public int TakeSignals()
    {
        if (Volatile.Read(ref signals) == 0) return 0;
        lock (gate) return Interlocked.Exchange(ref signals, 0);
    }

    public bool TryTake(out T message)
    {
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
            if (senders is { Count: > 0 } && count <= capacity / 2) AdmitSenders();
            return true;
        }
    }

    /// <summary>Ends the turn; false when there is something for another one, which the caller schedules.</summary>
    /// <param name="untilSignal">Messages are to wait until a signal has come.</param>
    public bool TryRest(bool untilSignal)
    {
        lock (gate)
        {
            if (signals != 0 || (!untilSignal && count > 0)) return false;
            signalsOnly = untilSignal;
            awake = false;
            return true;
        }
    }

    /// <summary>No more messages, if none waits and no signal does. Signals still come through.</summary>
    public bool TryClose()
    {
        lock (gate) return closed = closed || (signals == 0 && count == 0);
    }

    /// <summary>Nobody goes before a sender that waits.</summary>
    private bool HasRoom => count < capacity && senders is not { Count: > 0 };

    /// <summary>Not one by one: a sender that has to wait for each of its messages would spend its time on waking up.</summary>
    private void AdmitSenders()
    {
        while (count < capacity && senders!.First is { } first)
        {
            senders.Remove(first);
            Put(first.Value.Message);
            // Its sender goes on elsewhere, not under this lock.
            first.Value.Posted.TrySetResult();
        }
    }

    private Posted Put(T message)
    {
        if (count == ring.Length) Grow();
        var tail = head + count;
        ring[tail >= ring.Length ? tail - ring.Length : tail] = message;
        count++;
        if (awake || signalsOnly) return Posted.Added;
        awake = true;
        return Posted.Wake;
    }

    private void Grow()
    {
        var larger = new T[Math.Min(Math.Max(FirstSize, ring.Length * 2), capacity)];
        for (var i = 0; i < count; i++) larger[i] = ring[(head + i) % ring.Length];
        ring = larger;
        head = 0;
    }

    private async Task<Posted> WaitAsync(Sender sender, CancellationToken cancellation)
    {
        await using var registration = cancellation.UnsafeRegister(_ => Withdraw(sender, cancellation), null);
        await sender.Posted.Task;
        return Posted.Added;
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
