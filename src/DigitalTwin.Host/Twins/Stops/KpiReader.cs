using System.Globalization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Kpis;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Stops;
using DigitalTwin.Domain.Units;
using DigitalTwin.Host.Twins.Projections;

namespace DigitalTwin.Host.Twins.Stops;

/// <param name="Counted">The part that there are figures of: from when the station was first seen until now.</param>
/// <param name="ShiftMs">Time of its shifts in that part, breaks included.</param>
/// <param name="Now">As far as is known now.</param>
/// <param name="StatedAt">When the period's figures were final; null: not yet.</param>
/// <param name="AsStated">The figures of then, where they have changed since; null: they have not.</param>
/// <param name="Restatements">What has changed them, the oldest first.</param>
public sealed record ReportedPeriod(
    ReportingPeriod Period, Period Counted, long ShiftMs, Figures Now, DateTimeOffset? StatedAt, Figures? AsStated, IReadOnlyList<Restatement> Restatements);

/// <param name="At">Plant time; of late reports, about when the last of them came.</param>
/// <param name="By">A person; null: the plant.</param>
public sealed record Restatement(DateTimeOffset At, string? By, string Why);

/// <summary>
/// Key figures by shift, day and week. Figures are a function of the journal: as they were stated is what the journal held when the period's
/// figures became final, as they are now is what it holds now. So both are kept for as long as the journal is, and neither can be changed.
/// </summary>
public sealed class KpiReader(ShiftCalendar calendar, UnitHistory history, TimeIndex times, IJournalReader journal, StopReasons reasons, PlantTime plantTime)
{
    /// <summary>Reports that are on their way at the end of a shift are no restatement of it.</summary>
    public static readonly TimeSpan StatedAfter = TimeSpan.FromMinutes(10);

    /// <returns>The periods that have time in the window, whole, as far as the station was seen in them.</returns>
    public IReadOnlyList<ReportedPeriod> Of(StationDefinition station, ReportingGrain grain, Period window)
    {
        DateTimeOffset now = plantTime.GetUtcNow();
        if (history.FirstSeen(station.Id) is not { } seen || seen >= now)
            return [];
        var known = new Period(seen, now);
        List<ReportingPeriod> periods = [.. ReportingPeriod.Of(calendar, grain, window).Where(period => period.Time.Within(known) is not null)];
        if (periods.Count == 0)
            return [];
        var read = new Period(periods[0].Time.From - ShiftReckoning.ComesBackWithin, periods[^1].Time.To < now ? periods[^1].Time.To : now);
        var past = new Past(station, history.WithWholeStops(station.Id, read), new StationBooks(journal, station.Id));
        return [.. periods.Select(period => Of(past, period, known))];
    }

    /// <param name="Recorded">Of the station, around the window.</param>
    private sealed record Past(StationDefinition Station, IReadOnlyList<Recorded<UnitEvent>> Recorded, StationBooks Books)
    {
        public StationRecord Now { get; } = new([.. Recorded.Select(report => report.Event)]);

        public StationRecord AsOf(long offset) => new([.. Recorded.Where(report => !IsLate(report, offset)).Select(report => report.Event)]);
    }

    private ReportedPeriod Of(Past past, ReportingPeriod period, Period known)
    {
        Figures now = Reckon(past, past.Now, period, known, long.MaxValue);
        Period counted = period.Time.Within(known)!.Value;
        long shiftMs = period.Shifts.Sum(shift => shift.Time.Within(known)?.Milliseconds() ?? 0);
        DateTimeOffset stated = period.Time.To + StatedAfter;
        if (known.To < stated)
            return new(period, counted, shiftMs, now, null, null, []);
        long asOf = times.OffsetAt(stated, journal);
        List<Restatement> causes = Causes(past, period.Time, asOf);
        if (causes.Count == 0)
            return new(period, counted, shiftMs, now, stated, null, []);
        Figures then = Reckon(past, past.AsOf(asOf), period, known with { To = stated }, asOf);
        return then.Equals(now) ? new(period, counted, shiftMs, now, stated, null, []) : new(period, counted, shiftMs, now, stated, then, causes);
    }

    /// <summary>What was recorded after an offset and has to do with a period.</summary>
    private List<Restatement> Causes(Past past, Period period, long asOf)
    {
        List<Restatement> causes = [.. past.Books.Said
            .Where(said => said.Offset > asOf && new Period(said.Event.From, said.Event.To).Within(period) is not null)
            .Select(said => new Restatement(said.Event.At, said.Event.By, Sentence(past.Station.Id, said.Event)))];
        long[] late = [.. past.Recorded.Where(report => IsLate(report, asOf) && period.Contains(report.Event.At)).Select(report => report.Offset)];
        if (late.Length > 0)
            causes.Add(new(Later(times.KnownAt(late.Max()), period.To + StatedAfter), null, string.Create(CultureInfo.InvariantCulture, $"{late.Length} reports of {past.Station.Id} came late.")));
        return [.. causes.OrderBy(cause => cause.At)];
    }

    /// <summary>A gap is recorded when it is over, but that nothing was heard was known while it lasted.</summary>
    private static bool IsLate(Recorded<UnitEvent> report, long asOf) => report.Offset > asOf && report.Event is not UnitEvent.GapObserved;

    private Figures Reckon(Past past, StationRecord record, ReportingPeriod period, Period known, long asOf)
    {
        Figures sum = Figures.None;
        foreach (ShiftOccurrence shift in period.Shifts)
        {
            if (shift.Time.Within(known) is not { } counted)
                continue;
            (IReadOnlyList<UnitEvent> around, Period told) = record.Around(counted, known.To);
            IReadOnlyList<Stop> stops = Stop.In(around, told, start => past.Books.Of(start, asOf), reasons);
            sum += ShiftReckoning.Of(around, stops, counted, shift.Breaks, past.Station.PlannedRunTimePerItem);
        }

        return sum;
    }

    private string Sentence(string station, StopBookEvent said) => said switch
    {
        StopBookEvent.Coded coded => $"The stop {StopReader.IdOf(station, coded.From)} was coded as {reasons.Of(coded.Reason).Name}{(coded.Note.Length > 0 ? $": {coded.Note}" : "")}.",
        StopBookEvent.Split split => $"The stop {StopReader.IdOf(station, split.From)} was split at {UtcMilliseconds(split.Cut)}.",
        _ => $"The code of the stop {StopReader.IdOf(station, said.From)} was taken back.",
    };

    private static string UtcMilliseconds(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static DateTimeOffset Later(DateTimeOffset? a, DateTimeOffset b) => a > b ? a.Value : b;
}
