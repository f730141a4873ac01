namespace DigitalTwin.Persistence.Sqlite;

/// <summary>
/// Whoever writes to the journal or checkpoints it holds this for just that long: two at once can lose a log in SQLite before 3.51.3.
/// </summary>
/// <remarks>
/// Who waits for <c>journal.lock</c> holds <c>journal.next</c>, so that a process that commits without a pause lets it go first. That is a
/// courtesy: one that was stopped while it waited is passed by.
/// </remarks>
internal sealed class WriteTurn(string folder) : IDisposable
{
    public const string FileName = "journal.lock";
    private const string QueueName = "journal.next";

    /// <summary>Far beyond a commit of a slow disk; a process that was stopped in the middle of one holds it for as long as it stands.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Courtesy = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan WithoutCourtesy = TimeSpan.FromSeconds(1);

    private readonly FileLock writing = new(Path.Combine(folder, FileName));
    private readonly FileLock queue = new(Path.Combine(folder, QueueName));
    private long courteousFrom;

    public bool TryTake()
    {
        var queued = Environment.TickCount64 >= courteousFrom && queue.TryTake(Courtesy);
        if (!queued && Environment.TickCount64 >= courteousFrom) courteousFrom = Environment.TickCount64 + (long)WithoutCourtesy.TotalMilliseconds;
        try
        {
            return writing.TryTake(Patience);
        }
        finally
        {
            if (queued) queue.Release();
        }
    }

    public void Release() => writing.Release();

    public void Dispose()
    {
        writing.Dispose();
        queue.Dispose();
    }
}
