using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Link;

namespace DigitalTwin.Edge.Ingest;

/// <summary>
/// Before the stages of ingest, one per connection: stores the content of a waveform or an image, and goes on with a sample whose text names
/// it. So a sample is never acknowledged before its content is on disk, and no other stage has to carry a content.
/// </summary>
/// <remarks>A content that comes again is stored to the same name.</remarks>
internal sealed class ContentIntake(IEnumerable<Signal> dictionary, LiveValues live, KeepContent keep)
{
    /// <summary>The gateway refuses what is longer.</summary>
    public const int LongestContent = 1 << 20;

    private readonly Dictionary<uint, SignalDefinition> signals = dictionary
        .Select(signal => (signal.Number, live.FindSlot(signal.Id)?.Signal)).Where(known => known.Signal is not null).ToDictionary(known => known.Number, known => known.Signal!);

    /// <summary>What cannot be kept goes on as a row without text, for the next stage to refuse and count like any other.</summary>
    public Samples Keep(Waveform frame)
    {
        if (frame.Content.Length is 0 or > LongestContent) throw new MalformedFrameException($"a content has 1 to {LongestContent} bytes, not {frame.Content.Length}");
        var row = new Samples { FirstSequence = frame.Sequence, BaseSourceUs = frame.SourceUs, BaseServerUs = frame.ServerUs };
        row.Signal.Add(frame.Signal);
        row.SourceDtUs.Add(0);
        row.ServerDtUs.Add(0);
        row.Value.Add(double.NaN);
        if (frame.StatusCode != 0)
        {
            row.StatusRow.Add(0);
            row.StatusCode.Add(frame.StatusCode);
        }
        if (signals.TryGetValue(frame.Signal, out var signal) && Fits(signal.Type, frame.Format) && Intake.Time(frame.SourceUs) is { } sourceTime)
        {
            row.TextRow.Add(0);
            row.Text.Add(keep(signal, sourceTime, frame.Format, frame.Content.Span));
        }
        return row;
    }

    private static bool Fits(SignalType type, string format) => type switch
    {
        SignalType.Waveform => format is "f32" or "f64",
        SignalType.Image => format is "png" or "jpeg" or "bmp",
        _ => false,
    };
}
