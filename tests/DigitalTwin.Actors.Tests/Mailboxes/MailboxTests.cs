using DigitalTwin.Actors.Mailboxes;

namespace DigitalTwin.Actors.Tests.Mailboxes;

public sealed class MailboxTests
{
    [Fact]
    public async Task A_full_mailbox_makes_its_senders_wait_and_serves_them_in_their_order()
    {
        var mailbox = new Mailbox<int>(2);
        await mailbox.PostAsync(1, default);
        await mailbox.PostAsync(2, default);
        var third = mailbox.PostAsync(3, default).AsTask();
        var fourth = mailbox.PostAsync(4, default).AsTask();
        Assert.False(third.IsCompleted);
        Assert.Equal(Posted.Full, mailbox.TryPost(5));
        Assert.Equal(4, mailbox.Depth);

        Assert.Equal(1, Take(mailbox));
        await third;
        Assert.False(fourth.IsCompleted);
        Assert.Equal([2, 3, 4], [Take(mailbox), Take(mailbox), Take(mailbox)]);
        await fourth;
        Assert.False(mailbox.TryTake(out _));
    }

    [Fact]
    public async Task Senders_that_wait_are_let_in_together_once_half_of_the_mailbox_is_worked_off()
    {
        var mailbox = new Mailbox<int>(10);
        var sent = Enumerable.Range(1, 17).Select(message => mailbox.PostAsync(message, default).AsTask()).ToList();
        for (var message = 1; message <= 4; message++) Assert.Equal(message, Take(mailbox));
        Assert.Equal(10, sent.Count(task => task.IsCompleted));
        Assert.Equal(Posted.Full, mailbox.TryPost(99));
        Assert.Equal(5, Take(mailbox));
        Assert.Equal(15, (await Task.WhenAll(sent.Take(15))).Length);
        Assert.False(sent[15].IsCompleted);
        for (var message = 6; message <= 17; message++) Assert.Equal(message, Take(mailbox));
        await Task.WhenAll(sent);
    }

    [Fact]
    public async Task A_sender_that_gives_up_leaves_nothing_behind()
    {
        var mailbox = new Mailbox<int>(1);
        await mailbox.PostAsync(1, default);
        using var impatience = new CancellationTokenSource();
        var waiting = mailbox.PostAsync(2, impatience.Token).AsTask();
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        Assert.Equal(1, mailbox.Depth);
        Assert.Equal(1, Take(mailbox));
        Assert.False(mailbox.TryTake(out _));
    }

    [Fact]
    public void Only_the_post_that_finds_nobody_at_work_asks_for_a_turn()
    {
        var mailbox = new Mailbox<int>(10);
        Assert.Equal(Posted.Wake, mailbox.TryPost(1));
        Assert.Equal(Posted.Added, mailbox.TryPost(2));
        Assert.False(mailbox.Signal(4));
        Assert.Equal(1, Take(mailbox));
        Assert.False(mailbox.TryRest(untilSignal: false));
        Assert.Equal(4, mailbox.TakeSignals());
        Assert.Equal(2, Take(mailbox));
        Assert.True(mailbox.TryRest(untilSignal: false));
        Assert.Equal(Posted.Wake, mailbox.TryPost(3));
    }

    [Fact]
    public void While_the_entity_waits_for_a_signal_messages_queue_up_and_signals_need_no_room()
    {
        var mailbox = new Mailbox<int>(1);
        mailbox.TryPost(1);
        Assert.Equal(1, Take(mailbox));
        Assert.True(mailbox.TryRest(untilSignal: true));
        Assert.Equal(Posted.Added, mailbox.TryPost(2));
        Assert.True(mailbox.Signal(1));
        Assert.False(mailbox.Signal(8));
        Assert.Equal(9, mailbox.TakeSignals());
        Assert.False(mailbox.TryRest(untilSignal: false));
    }

    [Fact]
    public async Task A_mailbox_closes_only_while_nothing_waits_and_says_so_to_whoever_comes_later()
    {
        var mailbox = new Mailbox<int>(1);
        mailbox.TryPost(1);
        Assert.False(mailbox.TryClose());
        Assert.Equal(1, Take(mailbox));
        mailbox.Signal(1);
        Assert.False(mailbox.TryClose());
        mailbox.TakeSignals();
        Assert.True(mailbox.TryClose());
        Assert.Equal(Posted.Closed, mailbox.TryPost(2));
        Assert.Equal(Posted.Closed, await mailbox.PostAsync(2, default));
        Assert.Equal(Posted.Closed, mailbox.TrySignal(1));
        Assert.Equal(0, mailbox.Depth);
    }

    [Fact]
    public void Messages_keep_their_order_while_the_ring_grows_and_wraps()
    {
        var mailbox = new Mailbox<int>(100);
        var (posted, taken) = (0, 0);
        for (var round = 0; round < 50; round++)
        {
            for (var i = 0; i < 7 && mailbox.TryPost(posted) != Posted.Full; i++) posted++;
            for (var i = 0; i < 5; i++) Assert.Equal(taken++, Take(mailbox));
        }

        while (mailbox.TryTake(out var rest)) Assert.Equal(taken++, rest);
        Assert.Equal(posted, taken);
    }

    private static int Take(Mailbox<int> mailbox)
    {
        Assert.True(mailbox.TryTake(out var message));
        return message;
    }
}
