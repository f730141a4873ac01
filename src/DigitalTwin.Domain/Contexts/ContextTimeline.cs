using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.WorkOrders;

namespace DigitalTwin.Domain.Contexts;

/// <summary>
/// What held when, by source time alone: the order in which samples came says nothing. A value holds until the next sample of its signal,
/// and only a good and non-empty one is known: a read that was lost, a bad value or a gap ends what was known before.
/// </summary>
public static class ContextTimeline
{
    /// <param name="samples">Of each of the sources: those in the window and the last one before it, in any order.</param>
    /// <returns>The whole window, without gaps or overlap; neighbours differ.</returns>
    public static IReadOnlyList<ContextSpan> Of(ContextSources sources, ILookup<string, Sample> samples, ShiftCalendar calendar, Period window)
    {
        var (vehicle, order, variant, worker) = (Known(sources.Vehicle), Known(sources.Order), Known(sources.Variant), Known(sources.Operator));
        var shifts = calendar.Occurrences(window);
        var bounds = new[] { vehicle, order, variant, worker }.SelectMany(known => known.Times)
            .Concat(shifts.SelectMany(shift => new[] { shift.Time.From, shift.Time.To })).Append(window.From)
            .Where(time => time >= window.From && time < window.To).Distinct().Order().ToList();
        var spans = new List<ContextSpan>();
        for (var i = 0; i < bounds.Count; i++)
        {
            var (from, to) = (bounds[i], i + 1 < bounds.Count ? bounds[i + 1] : window.To);
            var body = vehicle.At(from);
            var context = new Context(
                body, order.At(from) ?? (body is null || sources.Line is null ? null : WorkOrder.IdOf(sources.Line, body)), variant.At(from), worker.At(from),
                shifts.FirstOrDefault(shift => shift.Time.Contains(from))?.Name);
            if (spans.Count > 0 && spans[^1].Context == context) spans[^1] = spans[^1] with { Time = new(spans[^1].Time.From, to) };
            else spans.Add(new(new(from, to), context));
        }
        return spans;

        Values Known(SignalDefinition? signal) => new(signal is null ? [] : samples[signal.Id]);
    }

    /// <summary>The values of one signal over time.</summary>
    private sealed class Values
    {
        private readonly string?[] values;

        public Values(IEnumerable<Sample> samples)
        {
            // Of two samples at the same time the one with the higher sequence is the newer.
            var last = samples.GroupBy(sample => sample.SourceTime).Select(same => same.MaxBy(sample => sample.Sequence)).OrderBy(sample => sample.SourceTime).ToList();
            Times = [.. last.Select(sample => sample.SourceTime)];
            values = [.. last.Select(sample => sample is { Quality: Quality.Good, Text.Length: > 0 } ? sample.Text : null)];
        }

        public DateTimeOffset[] Times { get; }

        public string? At(DateTimeOffset time)
        {
            var at = Array.BinarySearch(Times, time);
            if (at < 0) at = ~at - 1;
            return at < 0 ? null : values[at];
        }
    }
}
