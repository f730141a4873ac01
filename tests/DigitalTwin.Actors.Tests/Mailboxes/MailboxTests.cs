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
        Assert.False(mailbox.TryPost(5));
        Assert.Equal(4, mailbox.Depth);

        Assert.Equal(1, Take(mailbox));
        await third;
        Assert.False(fourth.IsCompleted);
        Assert.Equal([2, 3, 4], [Take(mailbox), Take(mailbox), Take(mailbox)]);
        await fourth;
        Assert.False(mailbox.TryTake(out _));
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
    public void The_engines_signals_are_seen_apart_from_messages_and_do_not_need_room()
    {
        var mailbox = new Mailbox<int>(1);
        Assert.True(mailbox.TryPost(1));
        mailbox.PostSignal(100);
        Assert.True(mailbox.HasWork(signalsOnly: true));
        Assert.True(mailbox.TryTakeSignal(out var signal));
        Assert.Equal(100, signal);
        Assert.False(mailbox.HasWork(signalsOnly: true));
        Assert.True(mailbox.HasWork(signalsOnly: false));
    }

    [Fact]
    public void Messages_keep_their_order_while_the_ring_grows_and_wraps()
    {
        var mailbox = new Mailbox<int>(100);
        var (posted, taken) = (0, 0);
        for (var round = 0; round < 50; round++)
        {
            for (var i = 0; i < 7 && mailbox.TryPost(posted); i++) posted++;
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
