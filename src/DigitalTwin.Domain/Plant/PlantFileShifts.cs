using System.Globalization;

namespace DigitalTwin.Domain.Plant;

/// <summary>Reads shifts, and what comes round with the week as they do; they may touch each other, but not overlap, also not from one week into the next.</summary>
/// <param name="list">Path of the list that they stand in.</param>
/// <param name="kind">What one of them is called.</param>
internal sealed class PlantFileShifts(Action<string, string> fault, string list, string kind)
{
    private static readonly TimeSpan day = TimeSpan.FromDays(1);
    private static readonly TimeSpan week = TimeSpan.FromDays(7);

    public IReadOnlyList<ShiftDefinition> Resolve(IReadOnlyList<ShiftDocument>? documents)
    {
        List<(ShiftDefinition Shift, string Path)> shifts = [];
        for (var i = 0; i < (documents?.Count ?? 0); i++)
            if (documents![i] is { } shift && Resolve(shift, $"{list}[{i}]") is { } resolved)
            {
                foreach (var (other, path) in shifts)
                {
                    if (other.Name == resolved.Name) fault($"{list}[{i}].name", $"'{resolved.Name}' is the name at {path} too.");
                    if (Overlap(other, resolved) is { } at) fault($"{list}[{i}]", $"Overlaps the {kind} at {path}, first on {at}.");
                }
                shifts.Add((resolved, $"{list}[{i}]"));
            }
        return [.. shifts.Select(at => at.Shift)];
    }

    private ShiftDefinition? Resolve(ShiftDocument shift, string path)
    {
        if (string.IsNullOrWhiteSpace(shift.Name)) fault($"{path}.name", "Is empty.");
        if (shift.Days is null or { Count: 0 }) fault($"{path}.days", "Is empty; must have at least one day.");
        else if (shift.Days.Distinct().Count() < shift.Days.Count) fault($"{path}.days", "Has a day twice.");
        var (first, last) = (Time(shift.Start, $"{path}.start"), Time(shift.End, $"{path}.end"));
        if (first is not { } start || last is not { } end) return null;

        var length = Until(start, end);
        List<(TimeSpan From, TimeSpan To, string Path)> breaks = [];
        List<BreakDefinition> definitions = [];
        for (var i = 0; i < (shift.Breaks?.Count ?? 0); i++)
        {
            var place = $"{path}.breaks[{i}]";
            if (shift.Breaks![i] is not { } pause) continue;
            (first, last) = (Time(pause.Start, $"{place}.start"), Time(pause.End, $"{place}.end"));
            if (first is not { } begins || last is not { } ends) continue;
            var from = begins == start ? TimeSpan.Zero : Until(start, begins);
            var to = from + Until(begins, ends);
            if (begins == ends) fault(place, "Ends as it starts.");
            else if (to > length) fault(place, $"Lies outside its shift, {shift.Start} to {shift.End}.");
            else if (breaks.FirstOrDefault(other => from < other.To && other.From < to) is { Path: { } other }) fault(place, $"Overlaps the break at {other}.");
            breaks.Add((from, to, place));
            definitions.Add(new BreakDefinition(begins, ends));
        }
        return new ShiftDefinition(shift.Name ?? "", shift.Days ?? [], start, end, definitions);
    }

    private TimeOnly? Time(string? text, string path)
    {
        if (TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)) return time;
        fault(path, $"'{text}' is no time of day; must be HH:mm.");
        return null;
    }

    /// <returns>More than zero, at most a day.</returns>
    private static TimeSpan Until(TimeOnly start, TimeOnly end) => end == start ? day : end - start;

    private static DayOfWeek? Overlap(ShiftDefinition one, ShiftDefinition other)
    {
        foreach (var oneDay in one.Days)
            foreach (var otherDay in other.Days)
            {
                var from = Start(one, oneDay);
                // The week is a circle: of two stretches on it, one starts within the other where they overlap.
                var apart = Start(other, otherDay) - from;
                if (apart < TimeSpan.Zero) apart += week;
                if (apart < Until(one.Start, one.End)) return otherDay;
                if (week - apart < Until(other.Start, other.End)) return oneDay;
            }
        return null;
    }

    private static TimeSpan Start(ShiftDefinition shift, DayOfWeek weekday) => (int)weekday * day + shift.Start.ToTimeSpan();
}
