using DigitalTwin.Actors.DeadLetters;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Supervision;
using DigitalTwin.Actors.TestKit;

namespace DigitalTwin.Actors.Tests;

/// <summary>A system of presses on virtual time and a seeded dispatcher, over a journal that outlives it.</summary>
internal sealed class PressShop
{
    public static readonly EntityId A = new("shop.press-a");
    public static readonly EntityId B = new("shop.press-b");
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    public PressShop(
        MemoryJournal? journal = null, int seed = 1, VirtualTime? time = null, int mailbox = 1024, Func<EntitySystemOptions, EntitySystemOptions>? with = null,
        EntityBehavior<Press, PressCommand, PressEvent>? behavior = null)
    {
        Journal = journal ?? new MemoryJournal();
        Time = time ?? new VirtualTime();
        Dispatcher = new SeededDispatcher(seed);
        var options = new EntitySystemOptions
        {
            // One name for every life of the shop: a new one takes over what the one before held.
            Owner = "shop",
            Time = Time,
            Dispatcher = Dispatcher,
            MailboxCapacity = mailbox,
            // One message a turn leaves the seed the most orders to choose from.
            MessagesPerTurn = 1,
            Restarts = new RestartPolicy(3, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8)),
            OnFault = Faults.Add,
            OnDeadLetter = DeadLetters.Add,
            OnNotice = Notices.Add,
        };
        System = new EntitySystem(Journal, with?.Invoke(options) ?? options);
        Presses = System.Add(behavior ?? Press.Behavior);
        Probe = new TestProbe<Press, PressCommand, PressEvent>(Presses);
    }

    public MemoryJournal Journal { get; }

    public VirtualTime Time { get; }

    public SeededDispatcher Dispatcher { get; }

    public EntitySystem System { get; }

    public Entities<Press, PressCommand, PressEvent> Presses { get; }

    public TestProbe<Press, PressCommand, PressEvent> Probe { get; }

    public List<EntityFault> Faults { get; } = [];

    public List<DeadLetter> DeadLetters { get; } = [];

    public List<EngineNotice> Notices { get; } = [];

    /// <summary>Sends and lets everything come to rest.</summary>
    public void Send(EntityId id, PressCommand command)
    {
        Assert.True(Probe.Send(id, command));
        Dispatcher.RunUntilIdle();
    }

    public async Task<EntityState<Press>> StateOf(EntityId id)
    {
        var query = Presses.QueryAsync(id, Deadline);
        Dispatcher.RunUntilIdle();
        return await query;
    }

    /// <summary>Runs the engine until the task has ended; what it awaits goes on on the thread pool in between.</summary>
    public async Task<T> Finish<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            Dispatcher.RunUntilIdle();
            await Task.Yield();
        }

        return await task;
    }

    public EntityStatus Status(EntityId id) => System.List().Single(status => status.Id == id);

    /// <summary>The state that the journal's events give, by the behaviour's own functions and nothing of the engine.</summary>
    public static Press Fold(IEnumerable<StoredEvent> events, EntityId id) => events
        .Where(stored => stored.Entity == id)
        .Aggregate(Press.Behavior.Initial(id), (press, stored) => Press.Apply(press, Press.Decode(stored.Name, stored.Payload)));
}
