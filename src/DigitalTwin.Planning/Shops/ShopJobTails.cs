using System.Numerics;

namespace DigitalTwin.Planning.Shops;

/// <summary>
/// Where every job's end counts, one tail is not enough: each operation has as many as there are jobs, the longest way from its end to the end of each.
/// They are counted for the whole plan once a step, many jobs at a time, and make the guess of a move as cheap as for one tail times the jobs.
/// </summary>
internal sealed class ShopJobTails
{
    private readonly ShopShape shape;
    private readonly ShopState state;
    private readonly int width;
    private readonly int[] tails, row, ends, starts;

    public ShopJobTails(ShopState state)
    {
        (this.state, shape) = (state, state.Shape);
        var lanes = Vector<int>.Count;
        width = (shape.Jobs + lanes - 1) / lanes * lanes;
        tails = new int[shape.Operations * width];
        (row, ends, starts) = (new int[width], new int[width], new int[shape.Operations]);
    }

    /// <summary>All tails of the plan as it is.</summary>
    public void Count()
    {
        unchecked
        {
            for (var place = state.Order.Length - 1; place >= 0; place--)
            {
                var operation = state.Order[place];
                Fill(tails.AsSpan(operation * width, width), operation, state.Next[operation]);
            }
        }
    }

    /// <summary>What the plan may cost if the segment stands, in its order, between two operations of its machine.</summary>
    public double Guess(ReadOnlySpan<int> segment, int before, int after)
    {
        unchecked
        {
            var machine = state.Machine[segment[0]];
            var ready = before < 0 ? 0 : state.End[before];
            for (var i = 0; i < segment.Length; i++)
            {
                var operation = segment[i];
                starts[i] = Math.Max(state.Arrival(operation), ready + shape.Setup(machine, before, operation));
                ready = starts[i] + state.Duration[operation];
                before = operation;
            }
            Array.Fill(ends, ShopState.NoPath);
            for (var i = segment.Length - 1; i >= 0; i--)
            {
                var operation = segment[i];
                if (i == segment.Length - 1) Fill(row, operation, after);
                else Join(row, operation, shape.Setup(machine, operation, segment[i + 1]) + state.Duration[segment[i + 1]]);
                var end = new Vector<int>(starts[i] + state.Duration[operation]);
                for (var lane = 0; lane < width; lane += Vector<int>.Count)
                    Vector.Max(new Vector<int>(ends, lane), new Vector<int>(row, lane) + end).CopyTo(ends, lane);
            }
            var cost = 0.0;
            for (var job = 0; job < shape.Jobs; job++)
                cost += state.CostOfEnd(job, ends[job] >= 0 ? ends[job] : state.End[shape.LastOfJob[job]]);
            return cost;
        }
    }

    private void Fill(Span<int> into, int operation, int after)
    {
        unchecked
        {
            var job = shape.JobNext[operation];
            if (job >= 0)
            {
                var way = new Vector<int>(shape.Transfer(state.Machine[operation], state.Machine[job]) + state.Duration[job]);
                var from = tails.AsSpan(job * width, width);
                for (var lane = 0; lane < width; lane += Vector<int>.Count) (new Vector<int>(from[lane..]) + way).CopyTo(into[lane..]);
            }
            else
            {
                into.Fill(ShopState.NoPath);
                into[shape.JobOf[operation]] = 0;
            }
            if (after < 0) return;
            var setup = new Vector<int>(shape.Setup(state.Machine[operation], operation, after) + state.Duration[after]);
            var next = tails.AsSpan(after * width, width);
            for (var lane = 0; lane < width; lane += Vector<int>.Count)
                Vector.Max(new Vector<int>(into[lane..]), new Vector<int>(next[lane..]) + setup).CopyTo(into[lane..]);
        }
    }

    /// <summary>The row of what comes next on the machine becomes that of the operation before it.</summary>
    private void Join(Span<int> next, int operation, int way)
    {
        unchecked
        {
            var onMachine = new Vector<int>(way);
            var job = shape.JobNext[operation];
            if (job < 0)
            {
                for (var lane = 0; lane < width; lane += Vector<int>.Count) (new Vector<int>(next[lane..]) + onMachine).CopyTo(next[lane..]);
                next[shape.JobOf[operation]] = Math.Max(next[shape.JobOf[operation]], 0);
                return;
            }
            var byJob = new Vector<int>(shape.Transfer(state.Machine[operation], state.Machine[job]) + state.Duration[job]);
            var from = tails.AsSpan(job * width, width);
            for (var lane = 0; lane < width; lane += Vector<int>.Count)
                Vector.Max(new Vector<int>(next[lane..]) + onMachine, new Vector<int>(from[lane..]) + byJob).CopyTo(next[lane..]);
        }
    }
}
