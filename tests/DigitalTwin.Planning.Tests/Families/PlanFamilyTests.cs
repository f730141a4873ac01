using DigitalTwin.Planning.Families;

namespace DigitalTwin.Planning.Tests.Families;

public sealed class PlanFamilyTests : IDisposable
{
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("dt-families-");

    public void Dispose() => data.Delete(recursive: true);

    [Fact]
    public void Instances_come_with_the_best_known_value_that_stands_for_them()
    {
        var folder = data.CreateSubdirectory("fjsp");
        folder.CreateSubdirectory("barnes");
        File.WriteAllText(Path.Combine(folder.FullName, "barnes", "mt10x.fjs"), "");
        File.WriteAllText(Path.Combine(folder.FullName, "barnes", "other.fjs"), "");
        File.WriteAllText(Path.Combine(folder.FullName, "bks.csv"), "instance,lower_bound,upper_bound\nbarnes/mt10x,1,918\n");
        var instances = PlanFamily.All.Single(family => family.Name == "fjsp").Instances(data.FullName);
        Assert.Equal([("barnes", "barnes/mt10x.fjs", 918.0), ("barnes", "barnes/other.fjs", null)], instances.Select(each => (each.Group, each.Name, each.BestKnown)));
    }

    [Fact]
    public void What_is_about_the_instances_is_none()
    {
        var folder = data.CreateSubdirectory("jobshop");
        foreach (var name in new[] { "ft06", "bks.csv", "LICENSE-Somebody.txt" }) File.WriteAllText(Path.Combine(folder.FullName, name), "instance,upper_bound\nft06,55\n");
        var only = Assert.Single(PlanFamily.All.Single(family => family.Name == "jsp").Instances(data.FullName));
        Assert.Equal(("jsp", "ft06", 55), (only.Group, only.Name, only.BestKnown));
    }

    [Fact]
    public void A_gap_to_nothing_is_the_value_itself() => Assert.Equal((0.5, 3, 0), (PlanFamily.Gap(15, 10), PlanFamily.Gap(3, 0), PlanFamily.Gap(0, 0)));

    [Fact]
    public void Each_rank_of_an_objective_counts_a_thousand_times_the_next() => Assert.Equal(6_009_353, PlanFamily.Score([6, 9, 353]));
}
