using DigitalTwin.Planning.CpSat;
using DigitalTwin.Planning.Search;

namespace DigitalTwin.Planning.Tests.CpSat;

/// <summary>A job shop as a model: the start of each operation, and the end of the last.</summary>
internal sealed record JobShopModel(CpModel Model, CpInt[][] Starts, CpInt End, (int Machine, int Length)[][] Jobs)
{
    /// <summary>Fisher and Thompson's 6 × 6 (1963): machine and length of each operation of each job; its optimum is 55.</summary>
    public static readonly (int Machine, int Length)[][] Ft06 =
    [
        [(2, 1), (0, 3), (1, 6), (3, 7), (5, 3), (4, 6)],
        [(1, 8), (2, 5), (4, 10), (5, 10), (0, 10), (3, 4)],
        [(2, 5), (3, 4), (5, 8), (0, 9), (1, 1), (4, 7)],
        [(1, 5), (0, 5), (2, 5), (3, 3), (4, 8), (5, 9)],
        [(2, 9), (1, 3), (4, 5), (5, 4), (0, 3), (3, 1)],
        [(1, 3), (3, 3), (5, 9), (0, 10), (4, 4), (2, 1)],
    ];

    public static JobShopModel Of((int Machine, int Length)[][] jobs, string name)
    {
        var model = new CpModel(name);
        var horizon = jobs.Sum(job => job.Sum(operation => operation.Length));
        var end = model.Number(0, horizon, "end");
        var onMachine = new SortedDictionary<int, List<CpInterval>>();
        var starts = jobs.Select((job, j) => job.Select((operation, o) => model.Number(0, horizon, $"job {j} operation {o}")).ToArray()).ToArray();
        for (var j = 0; j < jobs.Length; j++)
        {
            for (var o = 0; o < jobs[j].Length; o++)
            {
                var (machine, length) = jobs[j][o];
                if (!onMachine.TryGetValue(machine, out var intervals)) onMachine.Add(machine, intervals = []);
                intervals.Add(model.Interval(starts[j][o], length, $"job {j} operation {o}"));
                model.AtMost(starts[j][o] + length, o + 1 < jobs[j].Length ? starts[j][o + 1] : end, $"job {j} after operation {o}");
            }
        }
        foreach (var (machine, intervals) in onMachine) model.NoOverlap(intervals, $"machine {machine}");
        model.Minimise(end);
        return new(model, starts, end, jobs);
    }

    /// <summary>Too many orders for any solver to go through.</summary>
    public static JobShopModel Endless(long seed)
    {
        var draw = new Draw(seed);
        return Of([.. Enumerable.Range(0, 30).Select(_ =>
        {
            var machines = Enumerable.Range(0, 10).ToArray();
            draw.Shuffle<int>(machines);
            return machines.Select(machine => (machine, 1 + draw.Below(99))).ToArray();
        })], "endless");
    }

    /// <summary>Reads the rules once more, from the jobs and the times alone.</summary>
    public void Check(CpSolution solution)
    {
        var done = Jobs.SelectMany((job, j) => job.Select((operation, o) => (operation.Machine, Job: j, Start: solution[Starts[j][o]], End: solution[Starts[j][o]] + operation.Length))).ToArray();
        Assert.All(done.GroupBy(operation => operation.Job), job => AssertApart([.. job]));
        Assert.All(done.GroupBy(operation => operation.Machine), machine => AssertApart([.. machine.OrderBy(operation => operation.Start)]));
        Assert.Equal(done.Max(operation => operation.End), solution.Objective);
    }

    private static void AssertApart((int Machine, int Job, long Start, long End)[] inOrder)
    {
        for (var i = 1; i < inOrder.Length; i++) Assert.True(inOrder[i - 1].End <= inOrder[i].Start, $"{inOrder[i - 1]} and {inOrder[i]}");
    }
}

/// <summary>A window of a car sequence: which car stands where, and how often a ratio is exceeded.</summary>
internal static class SequenceModel
{
    /// <param name="carries">Of each car, whether it has the option.</param>
    /// <param name="rules">Of each option: at most so many in each run of so many places.</param>
    public static (CpModel Model, CpBool[,] StandsAt) Of(bool[][] carries, (int AtMost, int Of)[] rules)
    {
        var cars = carries.Length;
        var model = new CpModel("window");
        var standsAt = new CpBool[cars, cars];
        for (var car = 0; car < cars; car++)
        {
            for (var place = 0; place < cars; place++) standsAt[car, place] = model.Bool($"car {car} at {place}");
        }
        for (var i = 0; i < cars; i++)
        {
            model.ExactlyOne(Enumerable.Range(0, cars).Select(place => standsAt[i, place]), $"car {i} stands once");
            model.ExactlyOne(Enumerable.Range(0, cars).Select(car => standsAt[car, i]), $"one car at {i}");
            model.Hint(standsAt[i, i], true);
        }
        var over = new List<CpLinear>();
        for (var option = 0; option < rules.Length; option++)
        {
            for (var from = 0; from + rules[option].Of <= cars; from++)
            {
                var among = Enumerable.Range(from, rules[option].Of).SelectMany(place => Enumerable.Range(0, cars).Where(car => carries[car][option]).Select(car => standsAt[car, place]));
                var excess = model.Number(0, rules[option].Of, $"option {option} over from {from}");
                model.AtMost(CpLinear.Sum(among) - excess, rules[option].AtMost, $"option {option} from {from}");
                over.Add(excess);
            }
        }
        model.Minimise(CpLinear.Sum(over));
        return (model, standsAt);
    }

    /// <summary>By the rule as it is written: of each run of places, what is there beyond the most.</summary>
    public static int Violations(IReadOnlyList<bool[]> sequence, (int AtMost, int Of)[] rules) => rules.Select((rule, option) =>
        Enumerable.Range(0, sequence.Count - rule.Of + 1).Sum(from => Math.Max(0, Enumerable.Range(from, rule.Of).Count(place => sequence[place][option]) - rule.AtMost))).Sum();
}
