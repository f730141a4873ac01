using System.Diagnostics;
using System.Globalization;
using DigitalTwin.Planning.CpSat;
using DigitalTwin.Planning.Search;

namespace DigitalTwin.Planning.Tests.CpSat;

/// <summary>Real workers, and what befalls them. A plan goes on whatever that is.</summary>
public sealed class CpSatPoolTests
{
    /// <summary>Far above what is measured (tens of milliseconds), far below what waiting for the solve would take.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(6);

    private static CpModel Small => JobShopModel.Of(JobShopModel.Ft06, "ft06").Model;

    [Fact]
    public async Task A_cancel_gives_the_best_so_far_soon_and_keeps_the_worker()
    {
        using var pool = RealPool.New();
        using var cancel = new CancellationTokenSource();
        var solve = await pool.BusyAsync(RealPool.Ample, cancel.Token);
        var workers = pool.ProcessIds;
        var asked = Stopwatch.GetTimestamp();
        await cancel.CancelAsync();

        var best = (await solve).Solution();

        Assert.InRange(Stopwatch.GetElapsedTime(asked), TimeSpan.Zero, Soon);
        Assert.Equal(SolveStatus.Feasible, best.Status);
        JobShopModel.Endless(1).Check(best);
        Assert.Equal(55, (await pool.SolveAsync(Small)).Solution().Objective);
        Assert.Equal(workers, pool.ProcessIds);
    }

    [Fact]
    public async Task A_deadline_gives_the_best_so_far()
    {
        using var pool = RealPool.New();
        await pool.SolveAsync(Small);
        var asked = Stopwatch.GetTimestamp();
        var best = (await pool.SolveAsync(JobShopModel.Endless(2).Model, TimeSpan.FromSeconds(3))).Solution();
        Assert.InRange(Stopwatch.GetElapsedTime(asked), TimeSpan.FromSeconds(2.9), TimeSpan.FromSeconds(3) + Soon);
        Assert.Equal(SolveStatus.Feasible, best.Status);
    }

    [Fact]
    public async Task A_worker_that_is_killed_costs_its_solve_and_the_next_has_another()
    {
        using var pool = RealPool.New();
        var solve = await pool.BusyAsync(RealPool.Ample);
        var killed = Assert.Single(pool.ProcessIds);
        var at = Stopwatch.GetTimestamp();
        Signal(killed, "KILL");

        Assert.Contains("ended", Assert.IsType<CpSatAnswer.None>(await solve).Reason, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(at), TimeSpan.Zero, Soon);
        Assert.Equal(55, (await pool.SolveAsync(Small)).Solution().Objective);
        Assert.DoesNotContain(killed, pool.ProcessIds);
    }

    [Fact]
    public async Task A_worker_that_dies_while_nobody_needs_it_costs_nothing()
    {
        using var pool = RealPool.New();
        await pool.SolveAsync(Small);
        var killed = Assert.Single(pool.ProcessIds);
        Signal(killed, "KILL");
        await GoneAsync(killed);
        // Its end may reach the pool after the next request has; then that is the one it costs.
        if (await pool.SolveAsync(Small) is not CpSatAnswer.Response) Assert.IsType<CpSatAnswer.Response>(await pool.SolveAsync(Small));
    }

    [Fact]
    public async Task A_worker_that_stands_still_is_replaced_and_costs_one_window()
    {
        using var pool = RealPool.New();
        await pool.SolveAsync(Small);
        var stopped = Assert.Single(pool.ProcessIds);
        Signal(stopped, "STOP");
        var asked = Stopwatch.GetTimestamp();

        var answer = await pool.SolveAsync(Small, TimeSpan.FromSeconds(1));

        Assert.Contains("did not answer", Assert.IsType<CpSatAnswer.None>(answer).Reason, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(asked), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1) + Soon);
        await GoneAsync(stopped);
        Assert.Equal(55, (await pool.SolveAsync(Small)).Solution().Objective);
    }

    [Fact]
    public async Task A_worker_that_stands_still_does_not_hold_a_cancel_up_nor_a_model_larger_than_its_pipe()
    {
        using var pool = RealPool.New();
        await pool.SolveAsync(Small);
        Signal(Assert.Single(pool.ProcessIds), "STOP");
        using var cancel = new CancellationTokenSource();
        var solve = pool.SolveAsync(Wide(20_000), cancel: cancel.Token);
        var asked = Stopwatch.GetTimestamp();
        await cancel.CancelAsync();
        Assert.IsType<CpSatAnswer.None>(await solve);
        Assert.InRange(Stopwatch.GetElapsedTime(asked), TimeSpan.Zero, Soon);
    }

    [Fact]
    public async Task A_model_that_needs_more_memory_than_a_worker_has_costs_itself_and_no_other()
    {
        using var pool = new CpSatPool(RealPool.Options with { MemoryMegabytes = 48 });
        var answer = await pool.SolveAsync(Wide(100_000));
        Assert.Contains("bad_alloc", Assert.IsType<CpSatAnswer.None>(answer).Reason, StringComparison.Ordinal);
        Assert.Equal(55, (await pool.SolveAsync(Small)).Solution().Objective);
    }

    [Fact]
    public async Task The_same_seed_and_the_same_work_give_the_same_bytes_from_the_same_worker_and_from_another()
    {
        var model = JobShopModel.Endless(3).Model;
        using var pool = RealPool.New();
        using var other = RealPool.New();
        var within = TimeSpan.FromMinutes(5); // a deadline that comes first, on a busy machine, would tell them apart
        var first = Assert.IsType<CpSatAnswer.Response>(await pool.SolveAsync(model, within, work: 0.02));
        await pool.SolveAsync(Small);
        var second = Assert.IsType<CpSatAnswer.Response>(await pool.SolveAsync(model, within, work: 0.02));
        var third = Assert.IsType<CpSatAnswer.Response>(await other.SolveAsync(model, within, work: 0.02));
        Assert.Equal(SolveStatus.Feasible, first.Solution().Status);
        Assert.Equal(first.Bytes, second.Bytes);
        Assert.Equal(first.Bytes, third.Bytes);
    }

    [Fact]
    public async Task A_worker_that_has_done_its_share_is_replaced_between_two_solves()
    {
        using var pool = new CpSatPool(RealPool.Options with { SolvesBeforeRecycling = 2 });
        await pool.SolveAsync(Small);
        var first = Assert.Single(pool.ProcessIds);
        Assert.IsType<CpSatAnswer.Response>(await pool.SolveAsync(Small));
        await GoneAsync(first);
        Assert.IsType<CpSatAnswer.Response>(await pool.SolveAsync(Small));
        Assert.NotEqual(first, Assert.Single(pool.ProcessIds));
    }

    [Fact]
    public async Task Two_solves_at_a_time_need_two_workers_and_the_third_waits_no_longer_than_it_may()
    {
        using var pool = new CpSatPool(RealPool.Options with { Workers = 2 });
        using var cancel = new CancellationTokenSource();
        var one = await pool.BusyAsync(RealPool.Ample, cancel.Token);
        var two = await pool.BusyAsync(RealPool.Ample, cancel.Token);
        Assert.Equal(2, pool.ProcessIds.Count);

        var third = await pool.SolveAsync(Small, TimeSpan.FromMilliseconds(100));

        Assert.Contains("busy", Assert.IsType<CpSatAnswer.None>(third).Reason, StringComparison.Ordinal);
        await cancel.CancelAsync();
        Assert.All(await Task.WhenAll(one, two), answer => Assert.IsType<CpSatAnswer.Response>(answer));
        Assert.IsType<CpSatAnswer.Response>(await pool.SolveAsync(Small));
    }

    [Fact]
    public async Task Without_a_worker_to_be_had_there_is_no_answer_but_a_reason_and_then_a_rest()
    {
        using var pool = new CpSatPool(new("/nowhere/main.js"));
        Assert.Contains("npm run build -w src/solver", Assert.IsType<CpSatAnswer.None>(await pool.SolveAsync(Small)).Reason, StringComparison.Ordinal);
        await pool.SolveAsync(Small);
        Assert.Contains("2 failures on end", Assert.IsType<CpSatAnswer.None>(await pool.SolveAsync(Small)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_warm_worker_is_there_before_the_first_solve_and_is_the_one_that_solves()
    {
        using var pool = RealPool.New();
        pool.Warm();
        await UntilAsync(() => pool.ProcessIds.Count == 1, "a worker");
        var warm = Assert.Single(pool.ProcessIds);
        await pool.SolveAsync(Small);
        Assert.Equal(warm, Assert.Single(pool.ProcessIds));
    }

    [Fact]
    public async Task A_pool_that_is_closed_leaves_no_worker_and_no_solve_unanswered()
    {
        Task<CpSatAnswer> solve;
        IReadOnlyList<int> workers;
        using (var pool = RealPool.New())
        {
            solve = await pool.BusyAsync(RealPool.Ample);
            workers = pool.ProcessIds;
        }
        Assert.IsType<CpSatAnswer.None>(await solve);
        await GoneAsync(Assert.Single(workers));
    }

    [Fact]
    public async Task A_planner_that_is_killed_leaves_no_worker()
    {
        using var planner = PlannerProcess.Start();
        try
        {
            var line = await planner.StandardOutput.ReadLineAsync().WaitAsync(RealPool.Ample);
            var worker = int.Parse(line!, CultureInfo.InvariantCulture);
            Assert.True(IsAlive(worker), "the worker was gone before");
            Signal(planner.Id, "KILL");
            await GoneAsync(worker);
        }
        finally
        {
            planner.Kill();
            await planner.WaitForExitAsync();
        }
    }

    /// <summary>A chain of small sums over many numbers: easy, and far larger in the solver's memory than on the wire.</summary>
    private static CpModel Wide(int numbers)
    {
        var model = new CpModel("wide");
        var all = Enumerable.Range(0, numbers).Select(i => model.Number(0, 100 + i, "")).ToArray();
        for (var i = 2; i < numbers; i++) model.Within(all[i - 2] + 3 * all[i - 1] + 7 * all[i], 7, 300, "");
        model.Minimise(all[0]);
        return model;
    }

    private static void Signal(int process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
        kill.WaitForExit();
    }

    private static bool IsAlive(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static Task GoneAsync(int process) => UntilAsync(() => !IsAlive(process), $"process {process} to end");

    private static async Task UntilAsync(Func<bool> holds, string what)
    {
        var began = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < RealPool.Ample, $"still waiting for {what}");
            await timer.WaitForNextTickAsync();
        }
    }
}
