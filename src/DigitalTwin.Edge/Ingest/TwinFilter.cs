using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Edge.Ingest;

/// <summary>Which samples a twin hears of: discrete facts, when they change. All the rest is history alone.</summary>
public static class TwinFilter
{
    /// <summary>
    /// State, mode, counts, vehicle, fault and the reported setpoint are facts that a twin keeps. Measurements and energy meters are not:
    /// they change with every sample, and the newest value is in the live table. Order, variant and operator are context, found by time in history.
    /// </summary>
    public static bool IsDiscrete(SignalRole role) =>
        role is not (SignalRole.Measurement or SignalRole.Energy or SignalRole.Order or SignalRole.Variant or SignalRole.Operator);

    /// <param name="last">What was last delivered for this signal on this link; null for nothing.</param>
    /// <param name="sample">Newer than all others of its signal on this link: a late one says nothing of now, whatever its value.</param>
    public static bool Forwards(SignalRole role, in Sample? last, in Sample sample)
    {
        if (!IsDiscrete(role)) return false;
        if (last is not { } known) return true;
        if (sample.SourceTime < known.SourceTime || sample.Quality != known.Quality) return true;   // the clock was set back, or the quality changed
        if (sample.Quality != Quality.Good) return false;   // a value that is not good says nothing, so it cannot differ
        return sample.Text is null ? !sample.Number.Equals(known.Number) : sample.Text != known.Text;
    }
}
