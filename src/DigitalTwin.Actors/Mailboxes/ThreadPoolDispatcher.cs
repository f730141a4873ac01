using System.Collections.Concurrent;

namespace DigitalTwin.Actors.Mailboxes;

/// <summary>
/// Turns on the thread pool; disk work on one thread of its own, since a pool of as many threads as cores would
/// lose one of them to every fsync.
/// </summary>
public sealed class ThreadPoolDispatcher : Dispatcher, IDisposable
{
    private readonly BlockingCollection<IThreadPoolWorkItem> blocking = [];
    private readonly Thread thread;

    public ThreadPoolDispatcher()
    {
        thread = new Thread(Run) { IsBackground = true, Name = "journal" };
        thread.Start();
    }

    public override void Schedule(IThreadPoolWorkItem turn) => ThreadPool.UnsafeQueueUserWorkItem(turn, preferLocal: false);

    public override void ScheduleBlocking(IThreadPoolWorkItem work) => blocking.Add(work);

    public void Dispose()
    {
        if (blocking.IsAddingCompleted) return;
        blocking.CompleteAdding();
        thread.Join();
        blocking.Dispose();
    }

    private void Run()
    {
        foreach (var work in blocking.GetConsumingEnumerable()) work.Execute();
    }
}
