using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Units;

namespace DigitalTwin.Domain.Stops;

/// <summary>A stop as people speak of it: a standstill, or the part of one that somebody has split off.</summary>
/// <param name="Reason">By code, or by rule where nobody has coded it.</param>
/// <param name="Code">Null where nobody has.</param>
public sealed record Stop(Period Time, Standstill Standstill, StopReason Reason, StopCode? Code)
{
    /// <summary>Only the last part of a standstill that lasts does so itself.</summary>
    public bool Lasts => Standstill.Lasts && Time.To == Standstill.Time.To;

    /// <param name="history">As for <see cref="Standstill.In"/>.</param>
    /// <param name="bookOf">What people have said about the standstills that begin in the month of a time.</param>
    public static IReadOnlyList<Stop> In(IReadOnlyList<UnitEvent> history, Period window, Func<DateTimeOffset, StopBookState> bookOf, StopReasons reasons) =>
        [.. Standstill.In(history, window).SelectMany(standstill => StopBook.Parts(standstill, bookOf(standstill.Time.From), reasons))];
}
