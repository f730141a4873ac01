using System.Collections.Immutable;
using DigitalTwin.Planning.Formats;
using DigitalTwin.Planning.Shops;

namespace DigitalTwin.Planning.Tests.Formats;

public sealed class ShopFormatTests
{
    [Fact]
    public void A_job_shop_is_a_line_of_machines_and_durations_a_job()
    {
        var shop = Shop(ShopFormats.JobShop, "2\t2 \r\n1 5 0 3 \r\n0 4 1 2\r\n");
        Assert.Equal((2, 2), (shop.Machines, shop.Jobs.Length));
        Assert.Equal([new ShopMode(1, 5), new ShopMode(0, 3)], shop.Jobs[0].Route.SelectMany(operation => operation.Modes));
    }

    [Fact]
    public void Routes_of_any_length_may_come_back_to_a_machine_and_end_with_minus_one_twice()
    {
        var shop = Shop(ShopFormats.JobShop, "2 3\n0 5 1 3 0 7 -1 -1\n2 4 -1 -1");
        Assert.Equal([3, 1], shop.Jobs.Select(job => job.Route.Length));
    }

    [Theory]
    [InlineData("2 2\n0 5 2 3\n", "s.txt:2: a whole number from -1 to 1 was expected (machine of job 0, operation 1), '2' stands there")]
    [InlineData("2 2\n0 5 1\n0 1\n1 1", "s.txt:2: a duration was expected behind the machine of job 0, operation 1, but the line ends here")]
    [InlineData("2 2\n0 5\n0 1\n1 1", "s.txt:4: the end of the file was expected, '1' stands there")]
    [InlineData("2 2\n0 5\n", "s.txt:3: a whole number from -1 to 1 was expected (machine of job 1, operation 0), but the file ends here")]
    [InlineData("1 2\n0 5 -1 3", "s.txt:2: a whole number from -1 to -1 was expected (-1 -1 at the end of the route of job 0), '3' stands there")]
    [InlineData("1 2\n-1 -1", "s.txt:2: job 0 was expected to have an operation")]
    [InlineData("1 1\n0 1000000000 0 1000000000", "s.txt: times that add up to less than 2000000000 were expected, they are 2000000000: use a coarser unit of time")]
    public void A_job_shop_that_is_not_whole_is_refused_where_it_is_wrong(string text, string fault) => Assert.Equal(fault, Fault(ShopFormats.JobShop, text));

    [Theory]
    [InlineData("1 3\n2 1 0 4 2 1 5 2 6")]
    [InlineData("1 3 1.5\n2 1 0 4 2 1 5 2 6\n\n")]
    public void A_flexible_job_shop_names_all_machines_of_each_operation(string text)
    {
        var shop = Shop(ShopFormats.FlexibleJobShop, text);
        Assert.Equal([new ShopMode(1, 5), new ShopMode(2, 6)], shop.Jobs[0].Route[1].Modes.ToArray());
    }

    [Theory]
    [InlineData("1 3\n1 2 1 5 1 6", "s.txt:2: each machine once was expected for job 0, operation 0: 1 stands there twice")]
    [InlineData("1 3\n1 4 1 5 1 6", "s.txt:2: a whole number from 1 to 3 was expected (number of machines of job 0, operation 0), '4' stands there")]
    [InlineData("1 3 1 1\n1 1 1 5", "s.txt:1: the end of the line was expected behind jobs and machines")]
    public void A_flexible_job_shop_that_is_not_whole_is_refused_where_it_is_wrong(string text, string fault) => Assert.Equal(fault, Fault(ShopFormats.FlexibleJobShop, text));

    [Fact]
    public void Times_of_a_job_shop_with_due_dates_stand_by_machine_and_not_by_operation()
    {
        var shop = Shop(ShopFormats.JobShopWithDueDates, "2 1\nProcessing times: \n7 9\nRoutes of jobs: \n2 1\nDue dates: \n12\n");
        Assert.Equal([new ShopMode(1, 9), new ShopMode(0, 7)], shop.Jobs[0].Route.SelectMany(operation => operation.Modes));
        Assert.Equal((12, 1, ShopGoal.TotalTardiness), (shop.Jobs[0].Due, shop.Jobs[0].Tardiness, shop.Goal));
    }

    [Fact]
    public void Setups_between_operations_of_a_flexible_shop_are_read_machine_by_machine()
    {
        var shop = Shop(ShopFormats.FlexibleJobShopWithSetups, "2 1 1\n1 1 1 5\n1 1 1 6\n9 3\n1000000 9\n");
        Assert.Equal(new ShopMode(0, 5), shop.Jobs[0].Route[0].Modes[0]);
        Assert.Equal([ShopSetups.NotPossible, 3, ShopSetups.NotPossible, ShopSetups.NotPossible], shop.Setups[0].Between.ToArray());
        Assert.Equal([0, 1], shop.Jobs.Select(job => job.Route[0].State));
    }

    [Fact]
    public void Ways_between_machines_are_read_from_machine_to_machine() =>
        Assert.Equal([0, 4, 5, 0], Shop(ShopFormats.FlexibleJobShopWithTransfers, "1 2\n1 1 2 5\n0 4\n5 0\n").Transfers.ToArray());

    [Fact]
    public void Setups_between_jobs_are_read_machine_by_machine()
    {
        var shop = Shop(ShopFormats.JobShopWithSetups, "2 1\n0 5\n0 6\n0 3\n4 0\n");
        Assert.Equal([0, 3, 4, 0], shop.Setups[0].Between.ToArray());
        Assert.Equal([0, 1], shop.Jobs.Select(job => job.Route[0].State));
    }

    [Fact]
    public void A_calendar_has_a_rate_for_every_unit_of_time_and_the_highest_is_full_speed()
    {
        var shop = Shop(ShopFormats.JobShopWithBreaks, "Nb of jobs, Nb of Machines, Time Horizon\n1 2 3\nTimes\n1 2\nMachines\n2 1\nIntensities\n1 0 1\n0 2 2\n");
        Assert.Equal([new ShopMode(1, 1), new ShopMode(0, 2)], shop.Jobs[0].Route.SelectMany(operation => operation.Modes));
        Assert.Equal([1, 0, 1], shop.Calendars[0].Rates.ToArray());
        Assert.All(shop.Calendars, calendar => Assert.Equal(2, calendar.FullRate));
    }

    [Theory]
    [InlineData("jsp-tardiness", "2 1\nProcessing times:\n7 9\nRoutes of jobs:\n2 0\n", "s.txt:5: a whole number from 1 to 2 was expected (machine of job 0, operation 1), '0' stands there")]
    [InlineData("fjsp-sdst", "1 1\n1 1 1 5\n", "s.txt:3: a whole number from 0 to 1000000000 was expected (setup of machine 0 from operation 0 to operation 0), but the file ends here")]
    [InlineData("fjsp-transfer", "1 1\n1 1 0 5\n0", "s.txt:2: a whole number from 1 to 1 was expected (machine of job 0, operation 0), '0' stands there")]
    [InlineData("jsp-tt", "1 1\n0 5\n0 7", "s.txt:3: the end of the file was expected, '7' stands there")]
    [InlineData("jsp-intensity", "header\n1 1 2\nTimes\n1\nMachines\n1\nIntensities\n0 0\n", "s.txt:8: a machine that works some time was expected: all intensities are 0")]
    public void What_is_not_whole_is_refused_where_it_is_wrong(string format, string text, string fault) => Assert.Equal(fault, Fault(PlanFormats.Find(format)!.Read, text));

    [Fact]
    public void A_folder_of_jobs_with_costs_is_read_with_setups_that_are_not_listed_taking_no_time()
    {
        var shop = Assert.IsType<ShopPlan>(Assert.IsType<Reading<PlanProblem>.Read>(JustInTimeFormat.Read(JustInTime, 0)).Value).Problem;
        Assert.Equal((3, 20.5, 0.5, 0.25, 0.125), (shop.Jobs[1].Release, shop.Jobs[1].Due, shop.Jobs[1].Earliness, shop.Jobs[1].Tardiness, shop.Jobs[1].Flow));
        Assert.Equal([0, 6, 7, 0], shop.Setups[0].Between.ToArray());
        Assert.Equal([7, 0], shop.Setups[0].First.ToArray());
    }

    [Fact]
    public void A_folder_is_refused_with_every_file_that_is_wrong()
    {
        var wrong = JustInTime with { Texts = JustInTime.Texts.SetItem("operations.csv", "0,4\n1,5").SetItem("initial_setup.csv", "machine, job\n0,2") };
        Assert.Equal(
            ["operations.csv:2: a whole number from 0 to 0 was expected (machine of job 1, operation 0), '1' stands there", "initial_setup.csv:2: a whole number from 0 to 1 was expected (job that machine 0 is set up for), '2' stands there"],
            Assert.IsType<Reading<PlanProblem>.Refused>(JustInTimeFormat.Read(wrong, 0)).Faults.Select(fault => fault.ToString()));
        Assert.Equal(
            ["setup.csv: this file was expected in the folder"],
            Assert.IsType<Reading<PlanProblem>.Refused>(JustInTimeFormat.Read(JustInTime with { Texts = JustInTime.Texts.Remove("setup.csv") }, 0)).Faults.Select(fault => fault.ToString()));
    }

    private static InstanceFiles JustInTime { get; } = new("made", true, ImmutableSortedDictionary<string, string>.Empty
        .Add("settings.json", """{ "n_jobs": 2, "n_machines": 1 }""")
        .Add("jobs.csv", "id_job,release_date,due_date,earliness_penalty,tardiness_penalty,flow_time_penalty\n0,0,9,1,1,0\n1,3,20.5,0.5,0.25,0.125\n")
        .Add("operations.csv", "0,4\n0,5\n")
        .Add("setup.csv", "machine,id_job0,id_job1,time\n0,0,1,6\n0,1,0,7\n")
        .Add("initial_setup.csv", "machine, job\n0,1\n"));

    private static InstanceFiles File(string text) => new("s.txt", false, ImmutableSortedDictionary<string, string>.Empty.Add("s.txt", text));

    private static ShopProblem Shop(Func<InstanceFiles, int, Reading<PlanProblem>> read, string text) =>
        Assert.IsType<ShopPlan>(Assert.IsType<Reading<PlanProblem>.Read>(read(File(text), 0)).Value).Problem;

    private static string Fault(Func<InstanceFiles, int, Reading<PlanProblem>> read, string text) =>
        Assert.Single(Assert.IsType<Reading<PlanProblem>.Refused>(read(File(text), 0)).Faults).ToString();
}
