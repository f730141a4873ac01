using DigitalTwin.Planning.Checking;
using DigitalTwin.Planning.Search;

namespace DigitalTwin.Planning.Formats;

/// <summary>A problem that was read, whatever its kind: what can be done with it.</summary>
public abstract class PlanProblem
{
    public abstract string Name { get; }

    /// <summary>What each number of the objective counts, in order of rank: <c>makespan</c>, <c>paint changes</c>.</summary>
    public abstract IReadOnlyList<string> ObjectiveNames { get; }

    /// <param name="improved">Called on any thread of the search, one call at a time.</param>
    /// <remarks>Comes back when the budget is over, or before with a proof. Never throws for a problem that is infeasible.</remarks>
    public abstract SolveAnswer Solve(SolveRequest request, Action<Improvement>? improved = null);

    public abstract CheckReport Check(ScheduleFile schedule);
}

/// <summary>A way to write problems down.</summary>
/// <param name="Name">As <c>--format</c> takes it.</param>
/// <param name="Summary">One line for a list of formats.</param>
/// <param name="Read">Pure: from the files to a problem, or all that is wrong with them. The number is that of the row where a file holds many problems, else 0.</param>
public sealed record PlanFormat(string Name, string Summary, Func<InstanceFiles, int, Reading<PlanProblem>> Read);

/// <summary>Every format there is. A new one is a line here.</summary>
public static class PlanFormats
{
    public static IReadOnlyList<PlanFormat> All { get; } =
    [
        new("roadef", "vehicle sequence of Renault (ROADEF 2005): ratios, paint batches, goals in order of rank", RoadefFormat.Read),
        new("csplib", "vehicle sequence of CSPLib (problem 1): ratio violations", SequenceFormats.CspLib),
        new("fsp-sdst", "permutation flow shop with setups, makespan", FlowFormats.FlowShopWithSetups),
        new("fsp-tardiness", "permutation flow shop with due dates, total tardiness", FlowFormats.FlowShopWithDueDates),
        new("jsp", "job shop, makespan", ShopFormats.JobShop),
        new("fjsp", "flexible job shop, makespan", ShopFormats.FlexibleJobShop),
        new("fjsp-sdst", "flexible job shop with setups between operations, makespan", ShopFormats.FlexibleJobShopWithSetups),
        new("fjsp-transfer", "flexible job shop with ways between machines, makespan", ShopFormats.FlexibleJobShopWithTransfers),
        new("jsp-tt", "job shop with setups between jobs, makespan", ShopFormats.JobShopWithSetups),
        new("jsp-tardiness", "job shop with due dates, total tardiness", ShopFormats.JobShopWithDueDates),
        new("jsp-intensity", "job shop where machines pause and work goes on afterwards, makespan", ShopFormats.JobShopWithBreaks),
        new("jsp-jit", "job shop with setups, cost of earliness, tardiness and flow", JustInTimeFormat.Read),
        new("sm-sdst-wt", "one machine with setups, weighted tardiness", FlowFormats.SingleMachine),
    ];

    public static PlanFormat? Find(string name) => All.FirstOrDefault(format => format.Name == name);
}
