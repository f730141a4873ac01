using DigitalTwin.VirtualPlant.Chance;

namespace DigitalTwin.VirtualPlant.Tests;

public sealed class IndependenceTests
{
    [Fact]
    public void The_plant_knows_nothing_of_the_twin() =>
        Assert.DoesNotContain(typeof(Plant).Assembly.GetReferencedAssemblies(), assembly => assembly.Name!.StartsWith("DigitalTwin", StringComparison.Ordinal));

    [Fact]
    public void Each_purpose_draws_from_a_stream_of_its_own()
    {
        var first = Draw("Cell1.Robot/life");
        Assert.Equal(first, Draw("Cell1.Robot/life"));
        Assert.Empty(first.Intersect(Draw("Cell2.Robot/life")));
        Assert.Empty(first.Intersect(Draw("Cell1.Robot/noise")));

        static List<double> Draw(string purpose)
        {
            var generator = Generator.For(1, purpose);
            return [.. Enumerable.Range(0, 1000).Select(_ => generator.Uniform())];
        }
    }

    [Fact]
    public void Draws_have_the_mean_the_spread_and_the_lives_they_claim()
    {
        var generator = Generator.For(7, "test");
        var normal = Enumerable.Range(0, 20_000).Select(_ => generator.Normal()).ToList();
        Assert.InRange(normal.Average(), -0.03, 0.03);
        Assert.InRange(normal.Average(value => value * value), 0.95, 1.05);
        Assert.InRange(Enumerable.Range(0, 20_000).Count(_ => generator.Weibull(9, 1.6) < 9) / 20_000.0, 0.62, 0.645);
    }
}
