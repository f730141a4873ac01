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

    private static InstanceFiles File(string text) => new("s.txt", false, ImmutableSortedDictionary<string, string>.Empty.Add("s.txt", text));

    private static ShopProblem Shop(Func<InstanceFiles, int, Reading<PlanProblem>> read, string text) =>
        Assert.IsType<ShopPlan>(Assert.IsType<Reading<PlanProblem>.Read>(read(File(text), 0)).Value).Problem;

    private static string Fault(Func<InstanceFiles, int, Reading<PlanProblem>> read, string text) =>
        Assert.Single(Assert.IsType<Reading<PlanProblem>.Refused>(read(File(text), 0)).Faults).ToString();
}
