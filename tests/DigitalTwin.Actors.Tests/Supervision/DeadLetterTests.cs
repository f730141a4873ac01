using System.Text;
using DigitalTwin.Actors.DeadLetters;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.TestKit;
using static DigitalTwin.Actors.Tests.PressShop;

namespace DigitalTwin.Actors.Tests.Supervision;

public sealed class DeadLetterTests
{
    [Fact]
    public async Task A_told_command_that_kills_its_entity_is_kept_with_its_reason()
    {
        var shop = new PressShop();
        Tell(shop, A, new PressCommand.Jam());
        var letter = Assert.Single(await List(shop));
        Assert.Equal(("all-1", A, "press", "press.Jam.v1", true, shop.Time.GetUtcNow()), (letter.Id, letter.Entity, letter.Kind, letter.Command, letter.Replayable, letter.At));
        Assert.Contains("jammed", letter.Reason, StringComparison.Ordinal);
        Assert.Equal("dead-letter.stored.v1", Assert.Single(shop.Journal.Events).Name);
        Assert.Equal(new EntityId("dead-letters"), shop.Journal.Events[0].Entity);
    }

    [Fact]
    public async Task A_message_that_kills_once_is_set_aside_and_does_not_kill_again()
    {
        var shop = new PressShop();
        Tell(shop, A, new PressCommand.Jam());
        shop.Time.Advance(TimeSpan.FromSeconds(2));
        Tell(shop, A, new PressCommand.Stroke());
        Assert.Equal(1, (await shop.StateOf(A)).State.Strokes);
        Assert.Equal(1, shop.Status(A).Restarts);
    }

    [Fact]
    public async Task Dead_letters_outlive_the_program_and_can_be_replayed_once_their_entity_is_sound_again()
    {
        var first = new PressShop(behavior: Press.Behavior with { Decide = (_, _, _) => throw new InvalidOperationException("a bug of this version") });
        Tell(first, A, new PressCommand.Stroke(Parts: 4));
        first.Dispatcher.Kill();

        var second = new PressShop(first.Journal);
        await second.StateOf(A);
        var letter = Assert.Single(await List(second));
        var replayed = await Replay(second, letter.Id);
        Assert.Equal(new ReplayResult(letter.Id, "accepted", null), replayed);
        Assert.Equal(new Press(1, 4, null), (await second.StateOf(A)).State);
        Assert.Empty(await List(second));
        Assert.Null(await Replay(second, letter.Id));
        Assert.Equal("dead-letter.replayed.v1", second.Journal.Events[^1].Name);
    }

    [Fact]
    public async Task A_replay_that_kills_its_entity_again_leaves_the_letter_there()
    {
        var shop = new PressShop();
        Tell(shop, A, new PressCommand.Jam());
        shop.Time.Advance(TimeSpan.FromSeconds(2));
        shop.Dispatcher.RunUntilIdle();
        var replayed = await Replay(shop, "all-1");
        Assert.Equal("failed", replayed!.Outcome);
        Assert.Contains("jammed", replayed.Reason!, StringComparison.Ordinal);
        Assert.Single(await List(shop));
    }

    [Fact]
    public async Task A_replay_that_was_recorded_but_not_noted_is_not_recorded_twice()
    {
        var broken = true;
        var shop = new PressShop(behavior: Press.Behavior with
        {
            Decide = (press, command, now) => broken ? throw new InvalidOperationException("broken") : Press.Decide(press, command, now),
        });
        Tell(shop, A, new PressCommand.Stroke());
        broken = false;
        shop.Time.Advance(TimeSpan.FromSeconds(2));
        shop.Dispatcher.RunUntilIdle();
        _ = shop.System.DeadLetters.ReplayAsync("all-1");
        while (shop.Journal.Events.Count < 2 && !shop.Journal.Events.Any(stored => stored.Entity == A))
        {
            if (!shop.Dispatcher.Step()) await Task.Yield();
        }

        shop.Dispatcher.Kill();
        var next = new PressShop(shop.Journal);
        await next.StateOf(A);
        Assert.Equal("accepted", (await Replay(next, "all-1"))!.Outcome);
        Assert.Equal(1, (await next.StateOf(A)).State.Strokes);
    }

    [Fact]
    public async Task A_kind_without_a_codec_leaves_the_text_of_its_command()
    {
        var shop = new PressShop(behavior: Press.Behavior with { CommandCodec = null });
        Tell(shop, A, new PressCommand.Jam());
        var letter = Assert.Single(await List(shop));
        Assert.False(letter.Replayable);
        Assert.Equal("Jam { }", Encoding.UTF8.GetString(letter.Payload.Span));
        Assert.Equal("failed", (await Replay(shop, letter.Id))!.Outcome);
    }

    [Fact]
    public async Task Only_the_newest_thousand_are_at_hand()
    {
        var shop = new PressShop(behavior: Press.Behavior with { Knows = id => id == A }, with: options => options with { MailboxCapacity = 4096 });
        await shop.StateOf(A);
        for (var letter = 0; letter < 1005; letter++) Tell(shop, B, new PressCommand.Stroke(Order: letter));
        var letters = await List(shop);
        Assert.Equal(1000, letters.Count);
        Assert.DoesNotContain(letters, letter => letter.Id == "all-5");
        Assert.Contains(letters, letter => letter.Id == "all-6");
    }

    [Fact]
    public async Task Large_ones_are_at_hand_up_to_a_megabyte()
    {
        var shop = new PressShop(behavior: Press.Behavior with
        {
            Knows = id => id == A,
            CommandCodec = new(_ => new("press.large.v1", new byte[30 * 1024]), (_, _) => throw new NotSupportedException()),
        });
        await shop.StateOf(A);
        for (var letter = 0; letter < 100; letter++) Tell(shop, B, new PressCommand.Stroke());
        Assert.Equal(Enumerable.Range(67, 34).Select(number => $"all-{number}").Reverse(), (await List(shop)).Select(letter => letter.Id));
        Assert.Equal(0, shop.System.DeadLetters.Lost);
    }

    [Fact]
    public async Task A_replay_that_the_full_disk_keeps_from_being_noted_says_so_and_leaves_the_letter_there()
    {
        var broken = true;
        var shop = new PressShop(behavior: Press.Behavior with
        {
            Decide = (press, command, now) => broken ? throw new InvalidOperationException("broken") : Press.Decide(press, command, now),
        });
        Tell(shop, A, new PressCommand.Stroke());
        broken = false;
        shop.Time.Advance(TimeSpan.FromSeconds(2));
        shop.Dispatcher.RunUntilIdle();
        var commits = 0;
        shop.Journal.Faults = () => ++commits == 2 ? CommitFault.DiskFull : CommitFault.None;
        Assert.Equal(
            new ReplayResult("all-1", "accepted", "accepted, but not noted, so that the letter stays: No room for the journal."), await Replay(shop, "all-1"));
        Assert.Single(await List(shop));
        Assert.Equal(new ReplayResult("all-1", "accepted", null), await Replay(shop, "all-1"));
        Assert.Empty(await List(shop));
        Assert.Equal(1, (await shop.StateOf(A)).State.Strokes);
    }

    [Fact]
    public async Task Each_shard_keeps_its_own()
    {
        var shop = new PressShop(with: options => options with { ShardOf = id => new ShardId(id == A ? "line-a" : "line-b") });
        Tell(shop, A, new PressCommand.Jam());
        Tell(shop, B, new PressCommand.Jam());
        Assert.Equal(["line-a-1", "line-b-1"], (await List(shop)).Select(letter => letter.Id).Order());
    }

    [Fact]
    public async Task A_shard_whose_letters_cannot_be_read_is_named_and_does_not_hide_those_of_others()
    {
        Func<EntitySystemOptions, EntitySystemOptions> shards = options => options with { ShardOf = id => new ShardId(id == A ? "line-a" : "line-b") };
        var before = new PressShop(with: shards);
        Tell(before, A, new PressCommand.Jam());
        Tell(before, B, new PressCommand.Jam());
        before.Dispatcher.Kill();
        before.Journal.Corrupt(before.Journal.Events.Single(stored => stored.Entity.Value == "dead-letters.line-a").Offset);

        var shop = new PressShop(before.Journal, with: shards);
        await shop.StateOf(A);
        await shop.StateOf(B);
        List<string> unread = [];
        Assert.Equal("line-b-1", Assert.Single(await shop.Finish(shop.System.DeadLetters.ListAsync(unread))).Id);
        Assert.StartsWith("The dead letters of line-a cannot be read now: ", Assert.Single(unread), StringComparison.Ordinal);
        await Assert.ThrowsAsync<EntityUnavailableException>(() => List(shop));
    }

    [Fact]
    public void A_dead_letter_that_cannot_be_kept_is_reported_and_counted()
    {
        var shop = new PressShop();
        Tell(shop, A, new PressCommand.Stroke());
        shop.Journal.Faults = () => CommitFault.DiskFull;
        Tell(shop, A, new PressCommand.Jam());
        Assert.Equal(1, shop.System.DeadLetters.Lost);
        var notice = Assert.Single(shop.Notices);
        Assert.Contains("A dead letter of shop.press-a could not be stored: No room", notice.Reason, StringComparison.Ordinal);
        Assert.Contains("jammed", notice.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_what_an_entity_was_asked_and_failed_on_so_many_are_kept_until_one_of_them_is_closed()
    {
        var stopped = true;
        var shop = new PressShop(behavior: Press.Behavior with
        {
            Decide = (press, command, now) => stopped ? throw new InvalidOperationException("broken") : Press.Decide(press, command, now),
        });
        for (var order = 1; order <= 5; order++) Assert.Equal(order <= 3, await SetAside(shop, A, order, most: 3));
        Assert.True(await SetAside(shop, B, 6, most: 3));
        Assert.Equal([A, A, A, B], (await List(shop)).Select(letter => letter.Entity).OrderBy(entity => entity.Value));
        Assert.Equal((4, 0), (shop.DeadLetters.Count, shop.System.DeadLetters.Lost));
        Assert.Equal(4, shop.Journal.Events.Count);

        stopped = false;
        Assert.Equal("accepted", (await Replay(shop, "all-1"))!.Outcome);
        Assert.True(await SetAside(shop, A, 7, most: 3));
    }

    [Fact]
    public async Task What_was_asked_is_only_set_aside_when_the_journal_has_it()
    {
        var shop = new PressShop();
        shop.Journal.Faults = () => CommitFault.DiskFull;
        Assert.Contains("No room", (await Assert.ThrowsAsync<EntityUnavailableException>(() => SetAside(shop, A, 1, most: 3))).Message, StringComparison.Ordinal);
        Assert.Empty(shop.DeadLetters);
        shop.Journal.Faults = () => CommitFault.None;
        Assert.True(await SetAside(shop, A, 1, most: 3));
    }

    private static Task<bool> SetAside(PressShop shop, EntityId id, int order, int most) =>
        shop.Finish(shop.Presses.SetAsideAsync(id, new PressCommand.Stroke(Order: order), "it is stopped", default, most));

    private static void Tell(PressShop shop, EntityId id, PressCommand command)
    {
        Assert.True(shop.Presses.TryTell(id, command));
        shop.Dispatcher.RunUntilIdle();
    }

    private static Task<IReadOnlyList<StoredDeadLetter>> List(PressShop shop) => shop.Finish(shop.System.DeadLetters.ListAsync());

    private static Task<ReplayResult?> Replay(PressShop shop, string id) => shop.Finish(shop.System.DeadLetters.ReplayAsync(id));
}
