using DigitalTwin.Planning.Search;

namespace DigitalTwin.Planning.Tests.Search;

public sealed class DrawTests
{
    [Fact]
    public void The_same_seed_draws_the_same_numbers_and_another_seed_others()
    {
        Assert.Equal(Numbers(new Draw(7)), Numbers(new Draw(7)));
        Assert.NotEqual(Numbers(new Draw(7)), Numbers(new Draw(8)));
    }

    [Fact]
    public void Every_number_below_the_limit_is_drawn_about_equally_often()
    {
        var draw = new Draw(1);
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++) counts[draw.Below(7)]++;
        Assert.All(counts, count => Assert.InRange(count, 9_500, 10_500));
    }

    [Fact]
    public void A_shuffle_keeps_every_item_once()
    {
        var items = Enumerable.Range(0, 100).ToArray();
        new Draw(3).Shuffle<int>(items);
        Assert.NotEqual(Enumerable.Range(0, 100), items);
        Assert.Equal(Enumerable.Range(0, 100), items.Order());
    }

    private static int[] Numbers(Draw draw) => [.. Enumerable.Range(0, 20).Select(_ => draw.Below(1_000_000))];
}
