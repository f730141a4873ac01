using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.TestKit;
using FsCheck;
using FsCheck.Fluent;
using static DigitalTwin.Actors.Tests.PressShop;
using Reply = DigitalTwin.Actors.Entities.Reply<DigitalTwin.Actors.Tests.Press, DigitalTwin.Actors.Tests.PressEvent>;

namespace DigitalTwin.Actors.Tests.Entities;

public sealed class CommandIdTests
{
    [Fact]
    public async Task A_command_sent_again_is_answered_as_before_and_recorded_once()
    {
        var shop = new PressShop();
        var first = Assert.IsType<Reply.Accepted>(await Ask(shop, new PressCommand.Stroke(Parts: 2, Times: 3), "c1"));
        await Ask(shop, new PressCommand.Stroke(Parts: 1), "c2");
        var again = Assert.IsType<Reply.Accepted>(await Ask(shop, new PressCommand.Stroke(Parts: 2, Times: 3), "c1"));
        Assert.False(first.Repeated);
        Assert.True(again.Repeated);
        Assert.Equal(first.Events, again.Events);
        Assert.Equal(new Press(4, 7, null), again.State);
        Assert.Equal(4, shop.Journal.Events.Count);
        Assert.Equal(["c1", "c1", "c1", "c2"], shop.Journal.Events.Select(stored => stored.Command!.Value.Id));
    }

    [Fact]
    public async Task The_same_id_for_another_command_is_refused()
    {
        var shop = new PressShop();
        await Ask(shop, new PressCommand.Stroke(Parts: 2), "c1");
        var refused = Assert.IsType<Reply.Refused>(await Ask(shop, new PressCommand.Stroke(Parts: 3), "c1"));
        Assert.Equal(BadInput.DuplicateId, refused.Code);
        Assert.Single(shop.Journal.Events);
    }

    [Fact]
    public async Task An_id_that_a_store_would_change_is_refused()
    {
        var shop = new PressShop();
        foreach (var bad in NotText)
        {
            var command = Assert.IsType<Reply.Refused>(await Ask(shop, new PressCommand.Stroke(), bad));
            Assert.Equal(BadInput.BadId, command.Code);
            var entity = Assert.IsType<Reply.Refused>(await shop.Finish(shop.Presses.AskAsync(new EntityId(bad), new PressCommand.Stroke(), Deadline)));
            Assert.Equal((BadInput.BadId, $"The id '{bad}' of a press has half a character or a NUL in it. An id is whole Unicode text without NUL."), (entity.Code, entity.Reason));
            await Assert.ThrowsAsync<EntityUnavailableException>(() => shop.Presses.QueryAsync(new EntityId(bad), Deadline));
        }

        Assert.Empty(shop.Journal.Events);
        Assert.Empty(shop.System.List());
        Assert.IsType<Reply.Accepted>(await Ask(shop, new PressCommand.Stroke(), "stroke \ud83d\udd28\ud83d\udd28"));
    }

    [Fact]
    public async Task What_is_told_to_such_an_id_is_a_dead_letter_that_cannot_come_to_another_entity()
    {
        var shop = new PressShop();
        await shop.StateOf(A);
        foreach (var bad in NotText) shop.Presses.TryTell(new EntityId(bad), new PressCommand.Stroke());
        var letters = await shop.Finish(shop.System.DeadLetters.ListAsync());
        Assert.Equal(NotText.Length, letters.Count);
        Assert.All(letters, letter => Assert.StartsWith("BAD_ID: ", letter.Reason, StringComparison.Ordinal));
        Assert.All(letters, letter => Assert.False(letter.Replayable));
    }

    /// <summary>Halves of a character in the wrong place, and the end of a text of C.</summary>
    private static readonly string[] NotText = ["press\ud83d", "\udd28press", "\ud83d\ud83d\udd28", "\udd28\ud83d", "press\0a"];

    [Fact]
    public async Task A_retry_after_a_crash_between_commit_and_reply_gets_the_stored_answer()
    {
        var shop = new PressShop();
        await shop.StateOf(A);
        _ = shop.Presses.AskAsync(A, new PressCommand.Stroke(Parts: 2), Deadline, "c1");
        while (shop.Journal.Events.Count == 0) shop.Dispatcher.Step();
        shop.Dispatcher.Kill();

        var next = new PressShop(shop.Journal);
        var again = Assert.IsType<Reply.Accepted>(await Ask(next, new PressCommand.Stroke(Parts: 2), "c1"));
        Assert.True(again.Repeated);
        Assert.Equal(1, Assert.Single(again.Events).Offset);
        Assert.Single(shop.Journal.Events);
    }

    [Fact]
    public async Task What_was_refused_is_decided_again()
    {
        var broken = true;
        var shop = new PressShop(behavior: Press.Behavior with
        {
            Decide = (press, command, now) => broken ? new Outcome<PressEvent>.Refused("BROKEN", "The tool is broken.") : Press.Decide(press, command, now),
        });
        Assert.IsType<Reply.Refused>(await Ask(shop, new PressCommand.Stroke(), "c1"));
        broken = false;
        Assert.False(Assert.IsType<Reply.Accepted>(await Ask(shop, new PressCommand.Stroke(), "c1")).Repeated);
    }

    [Fact]
    public async Task Only_the_newest_ids_are_remembered()
    {
        var shop = new PressShop(with: options => options with { CommandWindow = 3 });
        for (var i = 1; i <= 4; i++) await Ask(shop, new PressCommand.Stroke(), $"c{i}");
        Assert.True(Assert.IsType<Reply.Accepted>(await Ask(shop, new PressCommand.Stroke(), "c2")).Repeated);
        Assert.False(Assert.IsType<Reply.Accepted>(await Ask(shop, new PressCommand.Stroke(), "c1")).Repeated);
    }

    [Fact]
    public async Task A_command_with_an_id_that_is_too_large_is_refused_before_it_is_sent()
    {
        var shop = new PressShop(with: options => options with { MaxCommandBytes = 10 });
        Assert.Equal(BadInput.TooLarge, Assert.IsType<Reply.Refused>(await Ask(shop, new PressCommand.Stroke(), "c1")).Code);
        Assert.Empty(shop.System.List());
    }

    [Fact]
    public async Task A_command_without_an_id_is_not_encoded()
    {
        var shop = new PressShop(behavior: Press.Behavior with { CommandCodec = Press.Behavior.CommandCodec! with { Encode = _ => throw new InvalidOperationException("for nothing") } });
        Assert.IsType<Reply.Accepted>(await shop.Finish(shop.Presses.AskAsync(A, new PressCommand.Stroke(), Deadline)));
    }

    [Fact]
    public void A_command_whose_event_is_too_large_is_refused_and_its_entity_goes_on()
    {
        var shop = new PressShop(with: options => options with { MaxEventBytes = 29 });
        shop.Send(A, new PressCommand.Stroke(Order: 1_000_000_000));
        Assert.Equal(BadInput.TooLarge, shop.Probe.Expect<Reply.Refused>().Code);
        shop.Send(A, new PressCommand.Stroke());
        Assert.Equal(1, shop.Probe.Expect<Reply.Accepted>().State.Strokes);
        Assert.Equal(0, shop.Status(A).Restarts);
    }

    [Fact]
    public async Task A_command_to_an_entity_that_nobody_knows_is_refused_and_makes_none()
    {
        var shop = new PressShop(behavior: Press.Behavior with { Knows = id => id == A });
        shop.Send(B, new PressCommand.Stroke());
        Assert.Equal(BadInput.UnknownEntity, shop.Probe.Expect<Reply.Refused>().Code);
        Assert.Contains("no press with the id 'shop.press-b'", (await Assert.ThrowsAsync<EntityUnavailableException>(() => shop.StateOf(B))).Message, StringComparison.Ordinal);
        Assert.Empty(shop.System.List());
        await shop.Presses.TellAsync(B, new PressCommand.Stroke());
        Assert.Contains(BadInput.UnknownEntity, Assert.Single(shop.DeadLetters).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_is_retried_and_however_often_the_process_dies_each_command_is_recorded_once() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(100), Prop.ForAll(ArbMap.Default.ArbFor<int>(), RecordsOnce));

    private static bool RecordsOnce(int seed)
    {
        var random = new Random(seed);
        var (journal, time, snapshots) = (new MemoryJournal(), new VirtualTime(), new MemorySnapshots());
        for (var life = 0; life < 4; life++)
        {
            var shop = new PressShop(journal, random.Next(), time, with: options => options with { Snapshots = snapshots, SnapshotEvery = 3, PassivateAfter = TimeSpan.FromSeconds(3) });
            for (var step = 0; step < 60; step++)
            {
                var number = random.Next(1, 11);
                if (random.Next(2) == 0)
                    shop.Presses.TryAsk(random.Next(2) == 0 ? A : B, new PressCommand.Stroke(Times: number % 3 + 1, Order: number), _ => { }, $"c{number}");
                else if (random.Next(10) == 0) time.Advance(TimeSpan.FromSeconds(2));
                else shop.Dispatcher.Step();
            }

            if (life < 3) shop.Dispatcher.Kill();
            else shop.Dispatcher.RunUntilIdle();
        }

        var strokes = journal.Events.GroupBy(stored => (stored.Entity, ((PressEvent.Stroked)Press.Decode(stored.Name, stored.Payload)).Order));
        return strokes.All(command => command.Count() == command.Key.Order % 3 + 1)
            ? true
            : throw new InvalidOperationException($"Seed {seed}: a command was recorded {string.Join(", ", strokes.Select(command => $"{command.Key}: {command.Count()}"))} times.");
    }

    private static async Task<Reply> Ask(PressShop shop, PressCommand command, string id)
    {
        var ask = shop.Presses.AskAsync(A, command, Deadline, id);
        shop.Dispatcher.RunUntilIdle();
        return await ask;
    }
}
