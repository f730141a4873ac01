namespace DigitalTwin.Edge.Ledger;

/// <summary>Figures of one signal in one gateway buffer.</summary>
internal sealed class SignalAccount
{
    public long Sent { get; set; }
    public DateTimeOffset? First { get; set; }
    public DateTimeOffset? Last { get; set; }
    public List<LostSamples> Lost { get; } = [];

    /// <summary>As the gateway has told it last; null where it never did.</summary>
    public EasedTimes? Eased { get; set; }

    /// <summary>A gateway that does not tell of it any more has lost its account: it ended with the last sample that came.</summary>
    public void EndEased()
    {
        if (Eased is not { Since: { } since } lasting) return;
        var end = Last > since ? Last.Value : since;
        Eased = lasting with { To = end, Total = lasting.Total + (end - since), Since = null };
    }

    /// <summary>What <see cref="Numbered"/> was where the gateway began to count.</summary>
    public long Base { get; set; }

    /// <summary>The gateway's count less ours, when it was told last.</summary>
    public long Unexplained { get; set; }

    /// <summary>Samples that the gateway has given a number, as far as we know.</summary>
    public long Numbered => Sent + LostAt(LossStage.AfterSampling);

    public long LostAt(LossStage stage)
    {
        var count = 0L;
        foreach (var lost in Lost)
            if (LossReason.Of(lost.Reason).Stage == stage) count += lost.Count;
        return count;
    }

    public void Send(SentSamples sent)
    {
        Sent += sent.Count;
        Cover(sent.First, sent.Last);
    }

    public void Lose(LostSamples lost)
    {
        Cover(lost.From, lost.To);
        var at = Lost.FindIndex(known => known.Reason == lost.Reason);
        if (at < 0) Lost.Add(lost);
        else Lost[at] = Joined(Lost[at], lost);
    }

    public static LostSamples Joined(LostSamples one, LostSamples other) => one with
    {
        Count = one.Count + other.Count,
        From = one.From < other.From ? one.From : other.From,
        To = one.To > other.To ? one.To : other.To,
    };

    private void Cover(DateTimeOffset from, DateTimeOffset to)
    {
        if (!(First <= from)) First = from;
        if (!(Last >= to)) Last = to;
    }
}
