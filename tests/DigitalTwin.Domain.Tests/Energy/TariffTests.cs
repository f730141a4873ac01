using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Energy;
using DigitalTwin.Domain.Plant;
using FsCheck;
using FsCheck.Fluent;

namespace DigitalTwin.Domain.Tests.Energy;

/// <summary>Leipzig changes its clocks on 29 March 2026 (02:00 becomes 03:00) and on 25 October 2026 (03:00 becomes 02:00), both at 01:00 UTC.</summary>
public class TariffTests
{
    private static readonly DayOfWeek[] workdays = [DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday];

    private static readonly Tariff tariff = new("Europe/Berlin", new("EUR", 0.18, [
        Window("morning peak", workdays, "08:00", "12:00", 0.27), Window("evening peak", workdays, "17:00", "20:00", 0.31), Window("night", Enum.GetValues<DayOfWeek>(), "22:00", "06:00", 0.12)], 900, 96));

    private static TariffWindow Window(string name, DayOfWeek[] days, string start, string end, double price) => new(new(name, days, TimeOnly.Parse(start), TimeOnly.Parse(end), []), price);

    private static DateTimeOffset Utc(string time) => DateTimeOffset.Parse(time + "Z");

    [Theory]
    [InlineData("2026-01-15T06:59", 0.18)]
    [InlineData("2026-01-15T07:00", 0.27)]
    [InlineData("2026-07-15T06:00", 0.27)]
    [InlineData("2026-01-17T08:00", 0.18)]   // a Saturday
    [InlineData("2026-01-15T21:00", 0.12)]
    [InlineData("2026-01-16T04:59", 0.12)]
    [InlineData("2026-03-29T03:30", 0.12)]
    [InlineData("2026-03-29T04:00", 0.18)]
    public void A_kilowatt_hour_costs_what_its_local_time_says(string at, double price) => Assert.Equal(price, tariff.At(Utc(at)).PricePerKwh);

    [Fact]
    public void A_day_is_a_strip_of_prices_that_touch()
    {
        var strip = tariff.Spans(new(Utc("2026-01-15T05:00"), Utc("2026-01-16T05:00")));
        Assert.Equal([(null, 0.18), ("morning peak", 0.27), (null, 0.18), ("evening peak", 0.31), (null, 0.18), ("night", 0.12)], strip.Select(span => (span.Window, span.PricePerKwh)));
        Assert.Equal(["05:00", "07:00", "11:00", "16:00", "19:00", "21:00"], strip.Select(span => span.Time.From.ToString("HH:mm")));
    }

    [Theory]
    [InlineData("2026-03-28T21:00", "2026-03-29T04:00", 7)]
    [InlineData("2026-10-24T20:00", "2026-10-25T05:00", 9)]
    public void The_night_in_which_the_clocks_change_is_cheap_for_as_long_as_it_lasts(string from, string to, int hours)
    {
        var night = Assert.Single(tariff.Spans(new(Utc(from), Utc(to))));
        Assert.Equal(("night", TimeSpan.FromHours(hours)), (night.Window, night.Time.To - night.Time.From));
    }

    [Fact]
    public void Energy_over_a_change_of_price_is_shared_out_by_time() =>
        Assert.Equal((30 * 0.18) + (10 * 0.27), tariff.CostOf([new(new(Utc("2026-01-15T06:15"), Utc("2026-01-15T07:15")), 40)]), 9);

    [Fact]
    public void Spans_cover_any_window_without_gap_or_overlap_and_its_parts_cost_what_the_whole_costs()
    {
        var windows =
            from start in Gen.Choose(0, 500 * 24 * 60)
            from length in Gen.Choose(1, 20 * 24 * 60)
            from cut in Gen.Choose(1, 99)
            select (From: Utc("2026-01-01T00:00").AddMinutes(start), Length: TimeSpan.FromMinutes(length), Cut: cut / 100.0);
        Prop.ForAll(windows.ToArbitrary(), window =>
        {
            var whole = new Period(window.From, window.From + window.Length);
            var spans = tariff.Spans(whole);
            Assert.Equal((whole.From, whole.To), (spans[0].Time.From, spans[^1].Time.To));
            Assert.All(spans, span => Assert.True(span.Time.From < span.Time.To));
            Assert.All(spans.Zip(spans.Skip(1)), pair => Assert.True(pair.First.Time.To == pair.Second.Time.From && pair.First.Window != pair.Second.Window));
            Assert.All(spans, span => Assert.Equal(span.PricePerKwh, tariff.At(span.Time.From).PricePerKwh));
            var between = whole.From + (window.Length * window.Cut);
            double parts = tariff.CostOf([new(new(whole.From, between), 100 * window.Cut), new(new(between, whole.To), 100 * (1 - window.Cut))]);
            Assert.Equal(tariff.CostOf([new(whole, 100)]), parts, 6);
        }).QuickCheckThrowOnFailure();
    }
}
