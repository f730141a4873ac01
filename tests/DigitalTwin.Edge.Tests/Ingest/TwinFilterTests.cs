using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;

namespace DigitalTwin.Edge.Tests.Ingest;

public sealed class TwinFilterTests
{
    private static Sample State(double number, double second = 0, uint status = 0) =>
        new(Plant.State.Id, number, null, status, Plant.T0.AddSeconds(second), Plant.T0, 1);

    private static bool Forwards(Sample? last, Sample sample) => TwinFilter.Forwards(SignalRole.State, last, sample);

    [Fact]
    public void Measurements_energy_and_context_are_history_and_no_news_to_a_twin()
    {
        SignalRole[] history = [SignalRole.Measurement, SignalRole.Energy, SignalRole.Order, SignalRole.Variant, SignalRole.Operator];
        Assert.All(history, role => Assert.False(TwinFilter.Forwards(role, null, State(1))));
        Assert.All(Enum.GetValues<SignalRole>().Except(history), role => Assert.True(TwinFilter.Forwards(role, null, State(1))));
    }

    [Fact]
    public void A_state_announced_again_is_not_delivered_again()
    {
        Assert.True(Forwards(null, State(6)));
        Assert.False(Forwards(State(6), State(6, 1)));
        Assert.True(Forwards(State(6), State(8, 1)));
    }

    [Fact]
    public void Losing_and_regaining_quality_is_delivered_once_each()
    {
        Assert.True(Forwards(State(6), State(double.NaN, 1, 0x8000_0000)));
        Assert.False(Forwards(State(double.NaN, 1, 0x8000_0000), State(6, 2, 0x8005_0000)));
        Assert.True(Forwards(State(double.NaN, 1, 0x8000_0000), State(6, 2)));
        Assert.True(Forwards(State(6), State(6, 1, 0x4000_0000)));
    }

    [Fact]
    public void A_plant_that_was_set_up_anew_is_news_with_the_same_value() => Assert.True(Forwards(State(6, 86_400), State(6, 5)));
}
