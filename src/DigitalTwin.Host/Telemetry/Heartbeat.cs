using DigitalTwin.Actors.Mailboxes;

namespace DigitalTwin.Host.Telemetry;

/// <summary>
/// Sends a turn of no use through the engine each second, and another one through the journal's thread, and tells how long ago the last one came round.
/// Time is monotonic: a wall clock that jumps makes no host look dead, and none look alive.
/// </summary>
/// <remarks>The journal's thread waits for disks and databases, which a restart does not mend: it decides whether the host is ready, not whether it lives.</remarks>
public sealed class Heartbeat : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Beat turns;
    private readonly Beat journal;
    private readonly ITimer timer;

    public Heartbeat(Dispatcher dispatcher, TimeProvider time)
    {
        turns = new Beat(dispatcher.Schedule, time);
        journal = new Beat(dispatcher.ScheduleBlocking, time);
        timer = time.CreateTimer(_ =>
        {
            turns.Send();
            journal.Send();
        }, null, TimeSpan.Zero, Period);
    }

    /// <summary>Null while the engine's turns come round.</summary>
    public string? WhyNotAlive => turns.Age is var age && age > Limit
        ? $"the engine has not taken a turn for {age.TotalSeconds:0} s: it is dead-locked or starved; end it (SIGKILL if need be) and start it again" : null;

    /// <summary>Null while the journal's thread comes round.</summary>
    public string? WhyJournalHangs => journal.Age is var age && age > Limit
        ? $"the journal's thread has been busy with one thing for {age.TotalSeconds:0} s: look at the disk or the database under it" : null;

    public void Dispose() => timer.Dispose();

    private sealed class Beat(Action<IThreadPoolWorkItem> schedule, TimeProvider time) : IThreadPoolWorkItem
    {
        private long last = time.GetTimestamp();
        private int underWay;

        public TimeSpan Age => time.GetElapsedTime(Interlocked.Read(ref last));

        public void Send()
        {
            if (Interlocked.Exchange(ref underWay, 1) != 0)
                return;
            try
            {
                schedule(this);
            }
            catch (InvalidOperationException)
            {
                // The host ends: its journal takes no more work.
            }
        }

        public void Execute()
        {
            Interlocked.Exchange(ref last, time.GetTimestamp());
            Interlocked.Exchange(ref underWay, 0);
        }
    }
}
