using System.Collections.Immutable;
using DigitalTwin.Planning.Checking;
using DigitalTwin.Planning.Formats;
using DigitalTwin.Planning.Shops;

namespace DigitalTwin.Planning.Tests.Checking;

public sealed class ShopCheckerTests
{
    // Two jobs: the first 3 on machine 0 then 2 on machine 1; the second 4 on machine 1, or 5 on machine 0.
    private static readonly ShopProblem Shop = new(
        "made", 2,
        [
            new ShopJob([new ShopOperation([new ShopMode(0, 3)]), new ShopOperation([new ShopMode(1, 2)], 1)], Release: 1, Due: 5.5, Tardiness: 2, Flow: 0.5),
            new ShopJob([new ShopOperation([new ShopMode(1, 4), new ShopMode(0, 5)], 1)], Due: 10, Tardiness: 1, Earliness: 0.25),
        ],
        ShopGoal.Makespan, [], [], []);

    private static readonly ImmutableArray<ScheduledOperation> Plan = [new(0, 0, 0, 1, 4), new(0, 1, 1, 4, 6), new(1, 0, 1, 0, 4)];

    [Fact]
    public void A_schedule_that_keeps_all_rules_is_valid_and_its_end_is_counted() => Assert.Equal([6], ShopChecker.Check(Shop, Plan).Objective.ToArray());

    [Fact]
    public void Costs_of_lateness_earliness_and_flow_are_added_up() =>
        Assert.Equal([0.5 * 2 + 5 * 0.5 + 6 * 0.25], ShopChecker.Check(Shop with { Goal = ShopGoal.JobCosts }, Plan).Objective.ToArray());

    [Fact]
    public void An_operation_that_is_missing_double_or_unknown_is_named()
    {
        Assert.Equal(["each-operation-once"], Rules(Shop, Plan.RemoveAt(1)));
        Assert.Equal(["each-operation-once"], Rules(Shop, Plan.Add(Plan[0])));
        Assert.Equal(["known-operation"], Rules(Shop, Plan.Add(new ScheduledOperation(2, 0, 0, 9, 9))));
    }

    [Fact]
    public void A_machine_that_cannot_do_an_operation_is_refused() => Assert.Equal(["allowed-machine"], Rules(Shop, Plan.SetItem(0, Plan[0] with { Machine = 1 })));

    [Fact]
    public void An_operation_takes_as_long_as_its_machine_needs() => Assert.Equal(["duration"], Rules(Shop, Plan.SetItem(1, Plan[1] with { End = 7 })));

    [Fact]
    public void No_job_starts_before_it_is_released() => Assert.Equal(["release"], Rules(Shop, Plan.SetItem(0, Plan[0] with { Start = 0, End = 3 })));

    [Fact]
    public void An_operation_waits_for_the_one_before_it_in_its_job() =>
        Assert.Equal(["route-order"], Rules(Shop, [Plan[0], Plan[1] with { Start = 2, End = 4 }, Plan[2] with { Start = 4, End = 8 }]));

    [Fact]
    public void Two_operations_on_one_machine_at_once_are_refused() => Assert.Equal(["no-overlap"], Rules(Shop, Plan.SetItem(2, Plan[2] with { Start = 1, End = 5 })));

    [Fact]
    public void A_setup_needs_its_time_between_two_operations_and_before_the_first()
    {
        var setups = Shop with { Setups = [new ShopSetups(2, [0, 0, 0, 0], [2, 0]), new ShopSetups(2, [0, 0, 0, 3], [])] };
        Assert.Equal(["first-setup", "setup-time"], Rules(setups, Plan));
        Assert.Empty(Rules(setups, [new(0, 0, 0, 2, 5), new(0, 1, 1, 7, 9), new(1, 0, 1, 0, 4)]));
    }

    [Fact]
    public void A_setup_that_is_not_possible_is_refused() =>
        Assert.Equal(["possible-setup"], Rules(Shop with { Setups = [new ShopSetups(2, [0, 0, 0, 0], []), new ShopSetups(2, [0, 0, 0, ShopSetups.NotPossible], [])] }, Plan));

    [Fact]
    public void The_way_from_machine_to_machine_takes_its_time()
    {
        var transfers = Shop with { Transfers = [0, 1, 1, 0] };
        Assert.Equal(["transfer-time"], Rules(transfers, Plan));
        Assert.Empty(Rules(transfers, Plan.SetItem(1, Plan[1] with { Start = 5, End = 7 })));
    }

    [Fact]
    public void Work_stops_in_a_break_goes_on_after_it_and_ends_as_soon_as_it_is_done()
    {
        var breaks = Shop with { Calendars = [new ShopCalendar([1, 1, 1, 0, 1, 1, 1, 1], 1), new ShopCalendar([2, 2, 2, 2, 2, 2, 2, 2], 2)] };
        Assert.Equal(["work-by-calendar"], Rules(breaks, Plan));
        Assert.Empty(Rules(breaks, [new(0, 0, 0, 1, 5), new(0, 1, 1, 5, 7), Plan[2]]));
        Assert.Equal(["work-by-calendar"], Rules(breaks, [new(0, 0, 0, 1, 6), new(0, 1, 1, 6, 8), Plan[2]]));
        Assert.Equal(["calendar-horizon"], Rules(breaks, [new(0, 0, 0, 1, 5), new(0, 1, 1, 7, 9), Plan[2]]));
    }

    private static string[] Rules(ShopProblem problem, ImmutableArray<ScheduledOperation> plan) => [.. ShopChecker.Check(problem, plan).Violations.Select(violation => violation.Rule)];
}
