using DigitalTwin.Domain.Calendars;

namespace DigitalTwin.Domain.Energy;

/// <summary>A stretch of one price.</summary>
/// <param name="Window">Name of the tariff's window; null outside of all.</param>
public sealed record PriceSpan(Period Time, string? Window, double PricePerKwh);

/// <summary>Energy that was, or will be, used evenly over a time.</summary>
public readonly record struct EnergyUse(Period Time, double Kwh);

/// <summary>What a kWh costs when. Windows are local times, so the days on which the clocks change are an hour shorter or longer, as shifts are.</summary>
public sealed class Tariff(string timeZone, TariffDefinition definition)
{
    /// <summary>Peaks are agreed and measured as means over quarters of an hour (in UTC: every zone is a whole number of them away).</summary>
    public static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    private readonly ShiftCalendar windows = new(timeZone, [.. definition.Windows.Select(window => window.Time)]);
    private readonly Dictionary<string, double> prices = definition.Windows.ToDictionary(window => window.Time.Name, window => window.PricePerKwh);

    /// <returns>All of <paramref name="window"/> in order, without gaps; neighbours differ.</returns>
    public IReadOnlyList<PriceSpan> Spans(Period window)
    {
        var spans = new List<PriceSpan>();
        var from = window.From;
        foreach (var named in windows.Occurrences(window))
        {
            // In spring the end of one window and the start of the next may fall on the same moment, which leaves nothing of what lay between.
            if (named.Time.Within(window with { From = from }) is not { } time || time.From >= time.To) continue;
            Add(new(from, time.From), null);
            Add(time, named.Name);
            from = time.To;
        }
        Add(new(from, window.To), null);
        return spans;

        void Add(Period time, string? name)
        {
            if (time.From >= time.To) return;
            if (spans is [.., var before] && before.Window == name) spans[^1] = before with { Time = new(before.Time.From, time.To) };
            else spans.Add(new(time, name, name is null ? definition.PricePerKwh : prices[name]));
        }
    }

    /// <returns>What holds at this instant: the span as far as it reaches within a week on either side.</returns>
    public PriceSpan At(DateTimeOffset instant) => Spans(new(instant.AddDays(-8), instant.AddDays(8))).First(span => span.Time.Contains(instant));

    /// <returns>In the tariff's currency. Energy that spans a change of price is shared out by time.</returns>
    public double CostOf(IEnumerable<EnergyUse> uses) => uses.Sum(use =>
        use.Time.From < use.Time.To
            ? Spans(use.Time).Sum(span => span.PricePerKwh * use.Kwh * ((span.Time.To - span.Time.From) / (use.Time.To - use.Time.From)))
            : At(use.Time.From).PricePerKwh * use.Kwh);
}
