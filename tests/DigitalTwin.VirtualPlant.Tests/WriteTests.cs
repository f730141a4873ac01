namespace DigitalTwin.VirtualPlant.Tests;

public sealed class WriteTests
{
    private static readonly PlantRun Run = new PlantRun(PlantRun.Reliable).For(1);

    [Theory]
    [InlineData("Cell1.Robot.SpeedOverride", 110.1, WriteOutcome.BadOutOfRange)]
    [InlineData("Cell1.Robot.SpeedOverride", 49.0, WriteOutcome.BadOutOfRange)]
    [InlineData("Cell1.Robot.SpeedOverride", double.NaN, WriteOutcome.BadOutOfRange)]
    [InlineData("Cell1.Robot.SpeedOverride", null, WriteOutcome.BadTypeMismatch)]
    [InlineData("Cell1.Gun.TipDressInterval", 100.5, WriteOutcome.BadTypeMismatch)]
    [InlineData("Cell1.Robot.Vibration", 1.0, WriteOutcome.BadNotWritable)]
    public void A_wrong_write_is_refused_with_the_code_a_client_knows(string node, double? value, uint status)
    {
        var refused = Assert.IsType<WriteOutcome.Refused>(Run.Plant.Write(Run.Index(node), value));
        Assert.Equal(status, refused.Status);
        Assert.Contains(node, refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_that_does_not_exist_cannot_be_written() =>
        Assert.Equal(WriteOutcome.BadNodeIdUnknown, Assert.IsType<WriteOutcome.Refused>(Run.Plant.Write(279, 1)).Status);

    [Fact]
    public void An_accepted_setpoint_is_announced_in_the_next_scan()
    {
        var run = new PlantRun(PlantRun.Reliable).For(10);
        run.Announced.Clear();
        run.Set("Cell1.Robot.SpeedOverride", 95).For(0.1);
        Assert.Equal([95], run.Values("Cell1.Robot.SpeedOverride"));
    }
}
