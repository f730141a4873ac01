using DigitalTwin.Planning.Formats;

namespace DigitalTwin.Planning.Tests.Formats;

public sealed class ScheduleFileTests
{
    [Fact]
    public void A_schedule_is_read_as_it_was_written()
    {
        var schedule = new ScheduleFile("jsp", "ft06", [55], Operations: [new ScheduledOperation(0, 0, 2, 5, 6)]);
        var again = Assert.IsType<Reading<ScheduleFile>.Read>(ScheduleFile.Parse("s.json", schedule.ToJson())).Value;
        Assert.Equal(schedule.ToJson(), again.ToJson());
        Assert.Equal("""{"format":"jsp","instance":"ft06","objective":[55],"operations":[{"job":0,"op":0,"machine":2,"start":5,"end":6}]}""", schedule.ToJson());
    }

    [Theory]
    [InlineData("""{"format":"jsp","instance":"ft06","objective":[]}""")]
    [InlineData("""{"format":"jsp","instance":"ft06","objective":[],"operations":[],"sequence":[]}""")]
    [InlineData("""{"format":"jsp","instance":"ft06","objective":[],"operations":[{"job":0}]}""")]
    [InlineData("null")]
    [InlineData("{")]
    public void What_is_no_schedule_is_refused_with_its_file(string json) =>
        Assert.Equal("s.json", Assert.Single(Assert.IsType<Reading<ScheduleFile>.Refused>(ScheduleFile.Parse("s.json", json)).Faults).File);
}
