namespace DigitalTwin.Planning.Sequences;

/// <summary>What no order of the vehicles can go below, goal by goal, each for itself.</summary>
public static class SequenceBounds
{
    /// <summary>Batches need others between them: with fewer others than that no order keeps the limit, and with enough of them one does.</summary>
    public static bool TooManyOfOneColor(SequenceProblem problem) => problem.PaintBatchLimit is { } limit
        && problem.Day.CountBy(vehicle => vehicle.Color ?? "").Any(color => color.Value > (long)limit * (problem.Day.Length - color.Value + 1));

    public static long Of(SequenceProblem problem, SequenceGoal goal)
    {
        if (goal is SequenceGoal.PaintChanges) return PaintChanges(problem);
        if (goal is SequenceGoal.Cost)
            return problem.Prices!.Paint * PaintChanges(problem) + Enumerable.Range(0, problem.Ratios.Length).Sum(ratio => problem.Prices.Ratios[ratio] * Violations(problem, ratio));
        long sum = 0;
        for (var ratio = 0; ratio < problem.Ratios.Length; ratio++)
            if (SequenceProblem.GoalOf(problem.Ratios[ratio]) == goal) sum += Violations(problem, ratio);
        return sum;
    }

    /// <summary>Each color needs its batches. The first batch is no change where it goes on with the color of the day before.</summary>
    private static long PaintChanges(SequenceProblem problem)
    {
        long limit = problem.PaintBatchLimit ?? int.MaxValue;
        var batches = problem.Day.CountBy(vehicle => vehicle.Color ?? "").Sum(color => (color.Value + limit - 1) / limit);
        var goesOn = problem.Before.IsEmpty || problem.Day.Any(vehicle => vehicle.Color == problem.Before[^1].Color);
        return goesOn ? batches - 1 : batches;
    }

    /// <summary>
    /// Windows that begin a whole window apart share no vehicle: what the vehicles with the option have beyond the room of such a row of windows is violation.
    /// Every window belongs to one such row, so the rows add up. Positions that no window of a row covers, at an end that is not counted, are free room.
    /// </summary>
    private static long Violations(SequenceProblem problem, int index)
    {
        var ratio = problem.Ratios[index];
        var (first, last) = (problem.FirstWindow(ratio), problem.LastWindow(ratio));
        var day = problem.Day.Count(vehicle => vehicle.Has[index]);
        long sum = 0;
        for (var offset = 0; offset < ratio.Window; offset++)
        {
            var (room, past, covered) = (0L, 0L, 0);
            for (var window = first + offset; window <= last; window += ratio.Window)
            {
                var end = Math.Min(window + ratio.Window, problem.Length);
                var before = 0;
                for (var place = window; place < Math.Min(end, problem.Before.Length); place++)
                    if (problem.Before[place].Has[index]) before++;
                var length = end - Math.Max(window, problem.Before.Length);
                past += Math.Max(0, before - ratio.Most);
                room += Math.Min(length, Math.Max(0, ratio.Most - before));
                covered += length;
            }
            sum += past + Math.Max(0, day - room - (problem.Day.Length - covered));
        }
        return sum;
    }
}
