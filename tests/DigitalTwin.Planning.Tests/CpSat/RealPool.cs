using DigitalTwin.Planning.CpSat;

namespace DigitalTwin.Planning.Tests.CpSat;

/// <summary>Pools of real workers, and what the tests say to them.</summary>
internal static class RealPool
{
    public static readonly TimeSpan Ample = TimeSpan.FromSeconds(60);

    public static CpSatPoolOptions Options => new(CpSatPoolOptions.FindScript() ?? throw new FileNotFoundException("src/solver is not built; these tests run from a built checkout."));

    public static CpSatPool New() => new(Options);

    public static Task<CpSatAnswer> SolveAsync(this ICpSatSolver solver, CpModel model, TimeSpan? within = null, double? work = null, Action<CpSatProgress>? progress = null, CancellationToken cancel = default) =>
        solver.SolveAsync(model.ToBytes(), CpSettings.Write(seed: 1, work), within ?? Ample, progress, cancel);

    public static CpSolution Solution(this CpSatAnswer answer) => CpSolution.Read(Assert.IsType<CpSatAnswer.Response>(answer).Bytes);

    /// <summary>A solve that has found a first solution and would go on.</summary>
    public static async Task<Task<CpSatAnswer>> BusyAsync(this ICpSatSolver solver, TimeSpan within, CancellationToken cancel = default)
    {
        var found = new TaskCompletionSource();
        var solve = solver.SolveAsync(JobShopModel.Endless(1).Model, within, progress: told =>
        {
            if (told.Objective is not null) found.TrySetResult();
        }, cancel: cancel);
        await Task.WhenAny(found.Task, solve);
        Assert.True(found.Task.IsCompleted, "it ended before its first solution");
        return solve;
    }
}
