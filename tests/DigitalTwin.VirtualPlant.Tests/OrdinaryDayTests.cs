using DigitalTwin.VirtualPlant.Packml;
using static DigitalTwin.VirtualPlant.Packml.UnitState;

namespace DigitalTwin.VirtualPlant.Tests;

public sealed class OrdinaryDayTests(SimulatedDay day, Xunit.Abstractions.ITestOutputHelper output) : IClassFixture<SimulatedDay>
{
    private IEnumerable<Change> States => day.Watch.Changes.Where(change => change.IsState);

    [Fact]
    public void Nothing_is_seen_that_must_never_be_seen() => Assert.Empty(day.Watch.Faults);

    [Fact]
    public void All_seventeen_states_and_all_unit_modes_are_reached()
    {
        Assert.Equal(Enumerable.Range(1, 17), States.Select(change => (int)change.To).Distinct().Order());
        Assert.Equal([1, 2, 3], day.Watch.Changes.Where(change => change.Node.EndsWith("UnitModeCurrent", StringComparison.Ordinal)).Select(change => (int)change.To).Distinct().Order());
    }

    [Fact]
    public void The_line_makes_a_body_a_minute_with_little_scrap_and_breaks_down_two_or_three_times_an_hour()
    {
        var line = day.Run.Plant.Line;
        var breakdowns = States.Where(change => change.To == (int)Aborted && change.Node.Count(letter => letter == '.') == 2).ToList();
        output.WriteLine($"produced {line.Produced}, scrap {line.Scrap} ({100.0 * line.Scrap / line.Produced:F1} %), cells {string.Join(" ", line.Cells.Select(cell => $"{cell.Produced}/{cell.Scrap}"))}");
        output.WriteLine($"breakdowns {breakdowns.Count}, energy {line.Energy:F0} kWh, changes {day.Watch.Changes.Count}");
        foreach (var (state, count) in States.CountBy(change => (UnitState)(int)change.To))
            output.WriteLine($"{state} {count}");
        Assert.InRange(line.Produced, 900u, 1400u);
        Assert.InRange((double)line.Scrap / line.Produced, 0.005, 0.1);
        Assert.InRange(breakdowns.Count, 36, 90);
    }

    [Fact]
    public void A_fault_code_is_shown_exactly_while_a_unit_is_aborted_or_cleared()
    {
        var faulty = day.Watch.Changes.Where(change => change.Node.EndsWith("FaultCode", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(faulty);
        foreach (var change in faulty)
        {
            var state = States.Where(other => other.At == change.At && other.Node == change.Node.Replace("FaultCode", "StateCurrent", StringComparison.Ordinal)).Select(other => (UnitState)(int)other.To);
            Assert.Equal(change.To == 0 ? [Stopped] : [Aborting], state);
        }
    }
}
