using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.TestKit;

namespace DigitalTwin.Actors.Tests.Mailboxes;

/// <summary>A system may be ended more than once, as in a <c>using</c> after an orderly stop.</summary>
public sealed class EndingTests
{
    [Fact]
    public async Task A_system_that_was_stopped_can_be_stopped_and_disposed_again()
    {
        var system = new EntitySystem(new MemoryJournal());
        Assert.True((await system.StopAsync(TimeSpan.Zero)).Orderly);
        Assert.True((await system.StopAsync(TimeSpan.Zero)).Orderly);
        await system.DisposeAsync();
    }
}
