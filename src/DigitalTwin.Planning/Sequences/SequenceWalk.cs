using DigitalTwin.Planning.Search;

namespace DigitalTwin.Planning.Sequences;

/// <summary>One thread of <see cref="SequenceSearch"/>: rounds of a falling temperature, each from the best so far.</summary>
internal sealed class SequenceWalk(SequenceShape shape, long[] bounds, SequenceBest best, SearchBudget budget, Draw draw)
{
    /// <summary>Moves between two looks at the clock; the temperature stays for as long.</summary>
    private const int Stride = 512;

    /// <summary>Temperatures that a goal is cooled from and to, in its smallest steps.</summary>
    private const double Hot = 1.0, Cold = 0.08;

    private readonly SequenceState state = new(shape, shape.Vehicles);
    private readonly int low = shape.FixedLength, day = shape.Length - shape.FixedLength;

    public long Moves { get; private set; }

    public void Run()
    {
        if (day < 2) return;
        // First a descent, so that even a short time has a good answer; then rounds, each a share of what is left.
        Descend(0.04);
        double[] rounds = [0.15, 0.5, 0.999];
        foreach (var until in rounds) Anneal(until);
        while (!IsOver) Anneal(1);
    }

    private bool IsOver => best.IsProved || budget.IsOver(Moves);

    /// <summary>From 0 to 1: how much of the time or of the steps has gone.</summary>
    private double Gone => budget.Steps is { } steps ? (double)Moves / steps : budget.Elapsed / budget.Limit;

    private void Descend(double until)
    {
        best.CopyTo(state);
        while (!IsOver && Gone < until)
        {
            Walk(0);
            Keep();
        }
    }

    private void Anneal(double until)
    {
        best.CopyTo(state);
        var began = Gone;
        var (goals, values) = (shape.GoalWeights.Length, shape.Objective(state.Cost));
        // A goal that stands at its bound, as all before it do, can only get worse.
        var phase = 0;
        while (phase < goals - 1 && values[phase] <= bounds[phase]) phase++;
        var frozen = phase;
        while (!IsOver)
        {
            var share = (Gone - began) / Math.Max(1e-9, until - began);
            if (share >= 1) break;
            var warm = share * (goals - phase);
            var goal = Math.Min(goals - 1, phase + (int)warm);
            // What has frozen worse than the best had it is no place to go on from.
            if (goal > frozen && state.Cost / shape.GoalWeights[goal - 1] > best.Cost / shape.GoalWeights[goal - 1]) best.CopyTo(state);
            frozen = goal;
            Walk(shape.Steps[goal] * Hot * Math.Pow(Cold / Hot, warm - (int)warm));
            Keep();
        }
    }

    private void Keep()
    {
        if (state.Cost < best.Cost) best.Offer(state, "local-search");
    }

    private void Walk(double temperature)
    {
        for (var step = 0; step < Stride; step++) Try(temperature);
        Moves += Stride;
    }

    private void Try(double temperature)
    {
        var kind = draw.Below(16);
        if (kind < 11) TrySwap(temperature, kind);
        else if (kind < 14) TryInsert(temperature);
        else TryBlock(temperature, kind == 14);
    }

    private void TrySwap(double temperature, int kind)
    {
        var left = low + draw.Below(day);
        var right = low + draw.Below(day);
        if (kind < 4)
        {
            // Of the same color: no paint change, so that the ratios move on their own.
            for (var tries = 0; tries < 8 && state.ColorAt(right) != state.ColorAt(left); tries++) right = low + draw.Below(day);
        }
        else if (kind < 7)
        {
            // Of the same ratios: the paint moves on its own.
            for (var tries = 0; tries < 8 && state.BitsAt(right) != state.BitsAt(left); tries++) right = low + draw.Below(day);
        }
        else if (kind < 8) right = Math.Min(low + day - 1, left + 1 + draw.Below(8));
        if (state.Order[left] == state.Order[right]) return;
        var delta = state.Swap(left, right);
        if (Takes(delta, temperature)) state.DoSwap(left, right, delta);
    }

    private void TryInsert(double temperature)
    {
        var from = low + draw.Below(day);
        var to = low + draw.Below(day);
        if (from == to) return;
        var delta = state.Insert(from, to);
        if (Takes(delta, temperature)) state.DoInsert(from, to, delta);
    }

    private void TryBlock(double temperature, bool mixes)
    {
        if (mixes)
        {
            var left = low + draw.Below(day);
            var right = Math.Min(low + day - 1, left + 1 + draw.Below(5));
            if (left >= right) return;
            var delta = state.Mix(left, right, draw);
            if (Takes(delta, temperature)) state.DoPlanned(left, right, delta);
        }
        else
        {
            var left = low + draw.Below(day);
            var right = Math.Min(low + day - 1, left + 1 + draw.Below(40));
            if (left >= right) return;
            var delta = state.Reverse(left, right);
            if (Takes(delta, temperature)) state.DoPlanned(left, right, delta);
        }
    }

    private bool Takes(long delta, double temperature) =>
        delta <= 0 || (delta < temperature * 20 && draw.Share() < Math.Exp(-delta / temperature));
}
