using System.Collections.Concurrent;
using System.Diagnostics;

namespace DigitalTwin.Actors.Mailboxes;

/// <summary>
/// Turns on the thread pool; disk work on one thread of its own, since a pool of as many threads as cores would
/// lose one of them to every fsync.
/// </summary>
public sealed class ThreadPoolDispatcher : Dispatcher, IDisposable
{
    /// <summary>So few turns after a commit cost less than the two changes of thread that each of them would need.</summary>
    private const int FewTurns = 16;

    private readonly Lane journal = new("journal");
    private readonly Lane background = new("snapshots");

    public override void Schedule(IThreadPoolWorkItem turn) => ThreadPool.UnsafeQueueUserWorkItem(turn, preferLocal: false);

    public override void ScheduleBlocking(IThreadPoolWorkItem work) => journal.Add(work);

    public override void ScheduleBackground(IThreadPoolWorkItem work) => background.Add(work);

    public override void ScheduleCommitted(IThreadPoolWorkItem turn, int committed)
    {
        ArgumentNullException.ThrowIfNull(turn);
        if (committed <= FewTurns) turn.Execute();
        else Schedule(turn);
    }

    public override void Linger(Func<bool> enough, TimeSpan atMost)
    {
        ArgumentNullException.ThrowIfNull(enough);
        var started = Stopwatch.GetTimestamp();
        while (!enough() && Stopwatch.GetElapsedTime(started) < atMost) Thread.Yield();
    }

    public void Dispose()
    {
        journal.Dispose();
        background.Dispose();
    }

    /// <summary>One thread and its queue.</summary>
    private sealed class Lane : IDisposable
    {
        private readonly BlockingCollection<IThreadPoolWorkItem> queue = [];
        private readonly Thread thread;
        private int ended;

        public Lane(string name)
        {
            thread = new Thread(Run) { IsBackground = true, Name = name };
            thread.Start();
        }

        public void Add(IThreadPoolWorkItem work)
        {
            try
            {
                queue.Add(work);
            }
            catch (InvalidOperationException) when (Volatile.Read(ref ended) != 0)
            {
                // The system has ended; a clock's last tick may come after that.
            }
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref ended, 1) != 0) return;
            queue.CompleteAdding();
            thread.Join();
            queue.Dispose();
        }

        private void Run()
        {
            foreach (var work in queue.GetConsumingEnumerable()) work.Execute();
        }
    }
}
