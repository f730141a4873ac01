using DigitalTwin.Cli.Output;
using DigitalTwin.Cli.Times;

namespace DigitalTwin.Host.Tests.Cli;

public sealed class MomentTests
{
    private static readonly DateTimeOffset PlantNow = new(2026, 1, 5, 9, 40, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("now", "2026-01-05T09:40:00Z")]
    [InlineData("-15m", "2026-01-05T09:25:00Z")]
    [InlineData("-1h30m", "2026-01-05T08:10:00Z")]
    [InlineData("-2d", "2026-01-03T09:40:00Z")]
    [InlineData("-1.5h", "2026-01-05T08:10:00Z")]
    [InlineData("2026-01-05T09:40Z", "2026-01-05T09:40:00Z")]
    [InlineData("2026-01-05T09:40:30.250+01:00", "2026-01-05T08:40:30.25Z")]
    [InlineData("2026-01-05T09:40", "2026-01-05T09:40:00Z")]
    [InlineData("2026-01-05", "2026-01-05T00:00:00Z")]
    public void A_time_is_read_as_ISO_8601_or_as_so_long_before_now(string text, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), Moment.Parse(text)!.Resolve(PlantNow));

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("15m")]
    [InlineData("-15")]
    [InlineData("-15x")]
    [InlineData("05/01/2026")]
    [InlineData("2026-13-05T00:00Z")]
    [InlineData("-99999999999999d")]
    public void What_could_be_misread_is_not_read(string text) => Assert.Null(Moment.Parse(text));

    [Fact]
    public void A_sparkline_leaves_a_blank_where_there_was_no_value_and_draws_a_flat_series_in_the_middle()
    {
        Assert.Equal("▁▅ █", Sparkline.Draw([0, 4, null, 8], 10));
        Assert.Equal("▅▅▅", Sparkline.Draw([7, 7, 7], 10));
        Assert.Equal("▁█", Sparkline.Draw([0, 2, 9, 11], 2));
    }
}
