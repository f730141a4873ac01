using DigitalTwin.Planning.Search;

namespace DigitalTwin.Planning.Shops;

/// <summary>A plan as it is kept: what <see cref="ShopState.Build"/> takes.</summary>
internal sealed record ShopPlanKept(int[] Order, int[] Modes, double Cost)
{
    public static ShopPlanKept Of(ShopState state, double cost) => new([.. state.Order], [.. state.Mode], cost);
}

/// <summary>
/// Goes from plan to plan by the best move, better or not, and forbids for a while what undoes it: the order of two operations that was just turned round,
/// or the machine that an operation has just left (Nowicki and Smutnicki; Zhang; Mastrolilli and Gambardella).
/// </summary>
internal sealed class ShopTabu
{
    private const int TableBits = 18;

    /// <summary>Of the moves that are only guessed at, so many are carried out in every step to choose the best.</summary>
    private const int GuessesTried = 10;

    private readonly ShopShape shape;
    private readonly ShopState state;
    private readonly ShopMoves moves;
    private readonly Draw draw;
    private readonly long[] forbidden = new long[1 << TableBits];
    private readonly int tenure, spread;
    private long now;

    public ShopTabu(ShopState state, Draw draw)
    {
        (this.state, this.draw, shape) = (state, draw, state.Shape);
        moves = new ShopMoves(state, draw);
        tenure = 10 + shape.Jobs / Math.Max(1, shape.Machines);
        spread = Math.Max(2, tenure * (shape.Jobs <= 2 * shape.Machines ? 4 : 5) / 10);
    }

    /// <summary>Steps of all runs.</summary>
    public long Steps { get; private set; }

    /// <summary>From the plan that stands, until so many steps brought none that is better.</summary>
    /// <param name="isOver">Asked now and then with the number of steps.</param>
    /// <param name="better">Told of every plan that is better than all of this run.</param>
    /// <returns>The best plan of this run.</returns>
    public ShopPlanKept Run(long patience, Func<long, bool> isOver, Action<ShopState, double> better)
    {
        // What was forbidden in the run before means nothing for another plan.
        now += tenure + spread + 1;
        var best = ShopPlanKept.Of(state, state.IsAllowed() ? state.Cost() : double.PositiveInfinity);
        for (var stale = 0L; stale < patience; stale++)
        {
            if ((Steps & 63) == 0 && isOver(Steps)) break;
            now++;
            Steps++;
            var found = moves.Find();
            if (moves.AreGuesses) KeepBestGuesses(found, best.Cost);
            if (!Choose(found, best.Cost)) break;
            var cost = state.Cost();
            if (cost >= best.Cost || !state.IsAllowed()) continue;
            best = ShopPlanKept.Of(state, cost);
            stale = 0;
            better(state, cost);
        }
        return best;
    }

    /// <summary>Carries out what seems best to see what it costs; leaves only that.</summary>
    private void KeepBestGuesses(List<ShopMove> found, double best)
    {
        found.Sort((left, right) => left.Cost.CompareTo(right.Cost));
        var write = 0;
        for (var i = 0; i < found.Count && write < GuessesTried; i++)
        {
            var move = found[i];
            if (write + found.Count - i > GuessesTried && move.Cost >= best && IsForbidden(move)) continue;
            if (state.CostAfter(move.Operation, move.Mode, move.After) is { } cost) found[write++] = move with { Cost = cost };
        }
        found.RemoveRange(write, found.Count - write);
    }

    /// <summary>The best move that is not forbidden, or that leads to what was never reached; any where all are forbidden.</summary>
    private bool Choose(List<ShopMove> found, double best)
    {
        while (found.Count > 0)
        {
            var (chosen, ties) = (-1, 0);
            for (var i = 0; i < found.Count; i++)
            {
                var move = found[i];
                if (chosen >= 0)
                {
                    var kept = found[chosen];
                    if (move.Cost > kept.Cost || (move.Cost == kept.Cost && move.Through > kept.Through)) continue;
                    if (move.Cost >= best && IsForbidden(move)) continue;
                    if (move.Cost == kept.Cost && move.Through == kept.Through)
                    {
                        if (draw.Below(++ties) == 0) chosen = i;
                        continue;
                    }
                }
                else if (move.Cost >= best && IsForbidden(move))
                {
                    continue;
                }
                (chosen, ties) = (i, 1);
            }
            if (chosen < 0) chosen = draw.Below(found.Count);
            var taken = found[chosen];
            if (Take(taken)) return true;
            found[chosen] = found[^1];
            found.RemoveAt(found.Count - 1);
        }
        return false;
    }

    private bool IsForbidden(ShopMove move)
    {
        if (move.Last < 0) return forbidden[Key(move.Operation, shape.Operations + shape.ModeMachine[move.Mode])] > now;
        var operation = move.Operation;
        if (move.After == move.Last)
        {
            for (var other = state.Next[operation]; ; other = state.Next[other])
            {
                if (forbidden[Key(other, operation)] > now) return true;
                if (other == move.Last) return false;
            }
        }
        for (var other = state.Previous[operation]; ; other = state.Previous[other])
        {
            if (forbidden[Key(operation, other)] > now) return true;
            if (other == move.Last) return false;
        }
    }

    private bool Take(ShopMove move)
    {
        var (operation, oldMachine, oldNext, oldPrevious) = (move.Operation, state.Machine[move.Operation], state.Next[move.Operation], state.Previous[move.Operation]);
        if (!state.Move(operation, move.Mode, move.After)) return false;
        var until = now + tenure + draw.Below(spread);
        if (move.Last < 0) forbidden[Key(operation, shape.Operations + oldMachine)] = until;
        else if (move.After == move.Last)
            for (var other = oldNext; other != operation; other = state.Next[other]) forbidden[Key(operation, other)] = until;
        else
            for (var other = oldPrevious; other != operation; other = state.Previous[other]) forbidden[Key(other, operation)] = until;
        return true;
    }

    /// <summary>Where it is written that one operation must not come before another, or not go to a machine. Two of them on one place forbid a bit more than they should.</summary>
    private int Key(int first, int second)
    {
        unchecked
        {
            var mixed = ((ulong)(uint)first * (ulong)(2 * shape.Operations) + (uint)second) * 0x9E3779B97F4A7C15;
            return (int)(mixed >> (64 - TableBits));
        }
    }
}
