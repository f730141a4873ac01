namespace DigitalTwin.Actors.Mailboxes;

/// <summary>Decides when and where turns run. Tests bring one that runs them on one thread in an order chosen by a seed.</summary>
public abstract class Dispatcher
{
    /// <summary>A turn of an entity: short, never blocks for long.</summary>
    public abstract void Schedule(IThreadPoolWorkItem turn);

    /// <summary>Work that waits for the disk; one after the other, in the order given.</summary>
    public abstract void ScheduleBlocking(IThreadPoolWorkItem work);
}
