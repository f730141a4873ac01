using System.Collections.Immutable;
using DigitalTwin.Planning.Search;
using DigitalTwin.Planning.Shops;

namespace DigitalTwin.Planning.Tests.Shops;

/// <summary>Made problems with any mix of alternatives, setups, transfers, breaks and due dates; the seed makes them again.</summary>
internal static class ShopProblems
{
    /// <param name="anyCost">Also costs of earliness and flow.</param>
    public static ShopProblem Of(int seed, int mostJobs, int mostOperations, bool anyCost = false)
    {
        var draw = new Draw(seed);
        var (jobs, machines) = (1 + draw.Below(mostJobs), 1 + draw.Below(4));
        bool Maybe() => draw.Below(3) == 0;
        int[] Numbers(int count, int below) => [.. Enumerable.Range(0, count).Select(_ => draw.Below(below))];
        var (late, setups, transfers, breaks, alternatives) = (Maybe(), Maybe(), Maybe(), Maybe(), draw.Below(2) == 0);
        var early = anyCost && late && !breaks && Maybe();
        // With setups an operation that takes no time may stand on either side of another one by its times alone.
        ShopOperation Operation()
        {
            var able = Enumerable.Range(0, machines).ToArray();
            draw.Shuffle<int>(able);
            return new ShopOperation([.. able.Take(alternatives ? 1 + draw.Below(Math.Min(2, machines)) : 1).Select(machine => new ShopMode(machine, (setups ? 1 : 0) + draw.Below(12)))], draw.Below(3));
        }
        ImmutableArray<ShopJob> made = [.. Enumerable.Range(0, jobs).Select(_ => new ShopJob(
            [.. Enumerable.Range(0, 1 + draw.Below(mostOperations)).Select(_ => Operation())],
            draw.Below(2) * draw.Below(10), late ? draw.Below(40) + 0.5 : 0, late ? 1 + draw.Below(3) : 0, early ? draw.Below(3) : 0, early ? draw.Below(2) : 0))];
        return new ShopProblem(
            $"made-{seed}", machines, made, early ? ShopGoal.JobCosts : late ? ShopGoal.TotalTardiness : ShopGoal.Makespan,
            setups ? [.. Enumerable.Range(0, machines).Select(_ => new ShopSetups(3, [.. Numbers(9, 8)], draw.Below(2) == 0 ? [.. Numbers(3, 5)] : []))] : [],
            transfers ? [.. Numbers(machines * machines, 5)] : [],
            breaks ? [.. Enumerable.Range(0, machines).Select(_ => new ShopCalendar([.. Numbers(2000, 3)], 2))] : []);
    }

    /// <summary>Every order of all operations that keeps to the routes.</summary>
    public static IEnumerable<ImmutableArray<int>> Orders(ShopShape shape)
    {
        return Behind([], [.. shape.FirstOfJob]);

        IEnumerable<ImmutableArray<int>> Behind(ImmutableArray<int> begun, ImmutableArray<int> next) => begun.Length == shape.Operations
            ? [begun]
            : Enumerable.Range(0, shape.Jobs).Where(job => next[job] <= shape.LastOfJob[job]).SelectMany(job => Behind(begun.Add(next[job]), next.SetItem(job, next[job] + 1)));
    }

    /// <summary>Every way to choose a mode for each operation.</summary>
    public static IEnumerable<ImmutableArray<int>> Modes(ShopShape shape) => Enumerable.Range(0, shape.Operations).Aggregate(
        (IEnumerable<ImmutableArray<int>>)[[]],
        (chosen, operation) => chosen.SelectMany(modes => Enumerable.Range(shape.ModeStart[operation], shape.ModeStart[operation + 1] - shape.ModeStart[operation]).Select(modes.Add)));
}
