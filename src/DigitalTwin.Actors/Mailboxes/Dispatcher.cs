namespace DigitalTwin.Actors.Mailboxes;

/// <summary>Decides when and where turns run. Tests bring one that runs them on one thread in an order chosen by a seed.</summary>
public abstract class Dispatcher
{
    /// <summary>A turn of an entity: short, never blocks for long.</summary>
    public abstract void Schedule(IThreadPoolWorkItem turn);

    /// <summary>Work that waits for the disk; one after the other, in the order given.</summary>
    public abstract void ScheduleBlocking(IThreadPoolWorkItem work);

    /// <summary>Work that may take its time and must not hold up the journal; one after the other, in the order given.</summary>
    public abstract void ScheduleBackground(IThreadPoolWorkItem work);

    /// <summary>The turn of an entity whose events are committed. Called within blocking work.</summary>
    /// <param name="committed">So many entities have theirs at this moment.</param>
    public virtual void ScheduleCommitted(IThreadPoolWorkItem turn, int committed) => Schedule(turn);

    /// <summary>Lets turns run before the blocking work goes on. Called within blocking work.</summary>
    /// <param name="enough">Nothing more is to be waited for.</param>
    public virtual void Linger(Func<bool> enough, TimeSpan atMost)
    {
    }
}
