using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Link;
using Google.Protobuf.Collections;

namespace DigitalTwin.Edge.Ingest;

/// <summary>
/// Beside the stages of ingest, one per connection: shows values that come ahead of older samples which the gateway still holds. They move the
/// live table and nothing else. What is not right about one is counted when it comes in its order; here it is passed over.
/// </summary>
internal sealed class NewestIntake
{
    private readonly LiveValues live;
    private readonly Dictionary<uint, LiveValues.Slot> slots = [];

    public NewestIntake(IEnumerable<Signal> dictionary, LiveValues live)
    {
        this.live = live;
        foreach (var signal in dictionary)
            if (live.FindSlot(signal.Id) is { } slot) slots[signal.Number] = slot;
    }

    /// <param name="rows">As decoded; not changed.</param>
    /// <param name="ages">Of each row: milliseconds that the gateway has had it.</param>
    public void Show(SampleColumns rows, RepeatedField<uint> ages)
    {
        if (ages.Count != rows.Count) throw new MalformedFrameException("the newest rows and their ages differ in length");
        using var writer = live.BeginWrite();
        var textAt = 0;
        for (var row = 0; row < rows.Count; row++)
        {
            var text = textAt < rows.Texts.Count && rows.Texts[textAt].Row == row ? rows.Texts[textAt++].Text : null;
            var (source, server, number) = (rows.SourceTimes[row], rows.ServerTimes[row], text is null ? rows.Numbers[row] : double.NaN);
            if (!slots.TryGetValue(rows.Signals[row], out var slot) || !Intake.IsTime(source) || !Intake.IsTime(server)) continue;
            var (signal, status) = (slot.Signal, rows.Statuses[row]);
            if (SampleRules.Refusal(signal.Type, status, number, text) is not null) continue;
            status = SampleRules.Marked(signal.Low ?? double.NegativeInfinity, signal.High ?? double.PositiveInfinity, number, status);
            writer.OfferAhead(slot, source, server, number, text, status, TimeSpan.FromMilliseconds(ages[row]));
        }
    }
}
