namespace DigitalTwin.Persistence.Sqlite;

/// <summary>
/// Whoever writes to the journal or checkpoints it holds this for just that long: two at once can lose a log in SQLite before 3.51.3.
/// </summary>
/// <remarks>
/// <c>journal.next</c> is held while waiting for <c>journal.lock</c>, so that a process that commits without a pause lets others go first once each time.
/// </remarks>
internal sealed class WriteTurn(string folder) : IDisposable
{
    public const string FileName = "journal.lock";
    private const string QueueName = "journal.next";

    /// <summary>Far beyond a commit of a slow disk; a process that was stopped in the middle of one holds it for as long as it stands.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly FileLock writing = new(Path.Combine(folder, FileName));
    private readonly FileLock queue = new(Path.Combine(folder, QueueName));

    public bool TryTake()
    {
        if (!queue.TryTake(Patience)) return false;
        try
        {
            return writing.TryTake(Patience);
        }
        finally
        {
            queue.Release();
        }
    }

    public void Release() => writing.Release();

    public void Dispose()
    {
        writing.Dispose();
        queue.Dispose();
    }
}
