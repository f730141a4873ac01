using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Tests;

public sealed class TimetableTests
{
    [Theory]
    [InlineData("2026-01-05T07:59:59Z", "Work")]
    [InlineData("2026-01-05T08:00:00Z", "Break")]      // nine in winter
    [InlineData("2026-01-05T08:15:00Z", "Work")]
    [InlineData("2026-07-06T07:00:00Z", "Break")]      // nine in summer
    [InlineData("2026-07-06T08:00:00Z", "Work")]
    [InlineData("2026-01-04T00:10:00Z", "Break")]      // a Sunday night
    [InlineData("2026-01-05T13:00:00Z", "Handover")]   // the early shift ends at two
    [InlineData("2026-01-05T13:01:00Z", "Work")]
    [InlineData("2026-03-29T01:30:00Z", "Break")]      // half past three, in the night in which two o'clock is left out
    public void Breaks_and_shifts_follow_the_clock_on_the_wall_in_leipzig(string utc, string plan) =>
        Assert.Equal(plan, new Timetable(new()).At(PlantRun.Micros(DateTime.Parse(utc, null, System.Globalization.DateTimeStyles.AdjustToUniversal))).ToString());
}
