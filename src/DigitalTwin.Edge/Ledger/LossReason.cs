using System.Collections.Frozen;

namespace DigitalTwin.Edge.Ledger;

/// <summary>Where on its way from the equipment to the history a sample was lost; it says how the loss can be counted.</summary>
public enum LossStage
{
    /// <summary>The gateway never had it. Nobody can count what was not seen: a sampling period that has passed unseen counts as one sample.</summary>
    BeforeSampling,

    /// <summary>The gateway had numbered it and lost it, or it was lost on the link. Counted by sequence numbers, exactly.</summary>
    AfterSampling,

    /// <summary>It came to the core, which refused it. Counted one by one.</summary>
    AtCore,
}

/// <summary>Why samples are not in the history.</summary>
/// <param name="Word">Stable: on the wire, in the ledger's log, in the API.</param>
/// <param name="Says">One sentence for a person.</param>
public sealed record LossReason(string Word, LossStage Stage, string Says)
{
    /// <summary>What a gap of <c>disk-full</c> is called that jumps over no sequence.</summary>
    public const string Unnumbered = "disk-full-unnumbered";

    private static readonly FrozenDictionary<string, LossReason> Known = new LossReason[]
    {
        new("server-lost", LossStage.BeforeSampling, "The gateway had no session with the OPC UA server, which kept no values for it."),
        new("plant-lost", LossStage.BeforeSampling, "The OPC UA server did not hear the equipment and said so."),
        new("gateway-restart", LossStage.BeforeSampling, "The gateway was not running."),
        new("queue-overflow", LossStage.BeforeSampling, "The OPC UA server's queue for the signal was full and it discarded values."),
        new("buffer-new", LossStage.BeforeSampling, "The gateway started with an empty buffer; what the one before held is not known."),
        new("buffer-full", LossStage.AfterSampling, "The gateway's buffer was full while the core was away, and dropped its oldest samples."),
        new("disk-full", LossStage.AfterSampling, "The gateway's disk had no room while the core was away, and its oldest samples made some."),
        new(Unnumbered, LossStage.BeforeSampling, "The gateway's disk had no room for them, so they were never numbered."),
        new("buffer-damaged", LossStage.AfterSampling, "A part of the gateway's buffer could not be read from its disk."),
        new("sequence-hole", LossStage.AfterSampling, "The gateway had numbered these samples, but they never came and no gap says why."),
        new("not-finite", LossStage.AtCore, "The core refused them: NaN or infinite, but not marked as bad."),
        new("wrong-type", LossStage.AtCore, "The core refused them: a text where the plant definition says number, or the other way round."),
        new("too-long", LossStage.AtCore, "The core refused them: longer texts than an identifier has."),
        new("time-out-of-range", LossStage.AtCore, "The core refused them: their time lies outside the years 1 to 9999."),
        new("unknown-signal", LossStage.AtCore, "The core refused them: its plant definition has no such signal."),
    }.ToFrozenDictionary(reason => reason.Word);

    /// <summary>What is not known by this word was told by a gateway as a gap: so it was not seen.</summary>
    public static LossReason Of(string word) =>
        Known.TryGetValue(word, out var known) ? known : new(word, LossStage.BeforeSampling, $"The gateway did not see them and calls it '{word}'.");
}
