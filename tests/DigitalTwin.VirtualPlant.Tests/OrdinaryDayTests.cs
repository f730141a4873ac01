using DigitalTwin.VirtualPlant.Packml;
using static DigitalTwin.VirtualPlant.Packml.UnitState;

namespace DigitalTwin.VirtualPlant.Tests;

public sealed class OrdinaryDayTests(SimulatedDay day, Xunit.Abstractions.ITestOutputHelper output) : IClassFixture<SimulatedDay>
{
    private static readonly UnitState[] Active = [Clearing, Stopped, Starting, Idle, Suspended, Execute, Stopping, Holding, Held, Unholding, Suspending, Unsuspending, Resetting, Completing, Complete];

    /// <summary>ISA-TR88.00.02, figure "Base state model", written down independently of the plant's own table.</summary>
    private static readonly HashSet<(UnitState, UnitState)> Legal =
    [
        (Stopped, Resetting), (Resetting, Idle), (Idle, Starting), (Starting, Execute),
        (Execute, Completing), (Completing, Complete), (Complete, Resetting),
        (Execute, Holding), (Holding, Held), (Held, Unholding), (Unholding, Execute),
        (Execute, Suspending), (Suspending, Suspended), (Suspended, Unsuspending), (Unsuspending, Execute),
        .. Active.Except([Clearing, Stopped, Stopping]).Select(state => (state, Stopping)), (Stopping, Stopped),
        .. Active.Select(state => (state, Aborting)), (Aborting, Aborted), (Aborted, Clearing), (Clearing, Stopped),
    ];

    private IEnumerable<Change> States => day.Changes.Where(change => change.Node.EndsWith("StateCurrent", StringComparison.Ordinal));

    [Fact]
    public void All_seventeen_states_and_all_unit_modes_are_reached()
    {
        Assert.Equal(Enumerable.Range(1, 17), States.Select(change => (int)change.To).Distinct().Order());
        Assert.Equal([1, 2, 3], day.Changes.Where(change => change.Node.EndsWith("UnitModeCurrent", StringComparison.Ordinal)).Select(change => (int)change.To).Distinct().Order());
    }

    [Fact]
    public void Every_change_of_state_is_legal() =>
        Assert.DoesNotContain(States, change => !Legal.Contains(((UnitState)(int)change.From, (UnitState)(int)change.To)));

    [Fact]
    public void Every_state_lasts_at_least_a_second() =>
        Assert.DoesNotContain(States, change => change.AfterSeconds < 1);

    [Fact]
    public void Nothing_is_announced_later_than_its_period_or_out_of_order()
    {
        Assert.Empty(day.LateAnnouncements);
        Assert.True(day.InOrder);
    }

    [Fact]
    public void Counters_and_energy_never_go_down() => Assert.Empty(day.CountersThatFell);

    [Fact]
    public void Bodies_are_conserved_buffers_have_an_end_and_values_keep_their_range() => Assert.Empty(day.Broken);

    [Fact]
    public void The_line_makes_a_body_a_minute_with_little_scrap_and_breaks_down_two_or_three_times_an_hour()
    {
        var line = day.Run.Plant.Line;
        var breakdowns = States.Where(change => change.To == (int)Aborted && change.Node.Count(letter => letter == '.') == 2).ToList();
        output.WriteLine($"produced {line.Produced}, scrap {line.Scrap} ({100.0 * line.Scrap / line.Produced:F1} %), cells {string.Join(" ", line.Cells.Select(cell => $"{cell.Produced}/{cell.Scrap}"))}");
        output.WriteLine($"breakdowns {breakdowns.Count}, energy {line.Energy:F0} kWh, changes {day.Changes.Count}");
        foreach (var (state, count) in States.CountBy(change => (UnitState)(int)change.To))
            output.WriteLine($"{state} {count}");
        Assert.InRange(line.Produced, 900u, 1400u);
        Assert.InRange((double)line.Scrap / line.Produced, 0.005, 0.1);
        Assert.InRange(breakdowns.Count, 36, 90);
    }

    [Fact]
    public void A_fault_code_is_shown_exactly_while_a_unit_is_aborted_or_cleared()
    {
        var faulty = day.Changes.Where(change => change.Node.EndsWith("FaultCode", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(faulty);
        foreach (var change in faulty)
        {
            var state = States.Where(other => other.At == change.At && other.Node == change.Node.Replace("FaultCode", "StateCurrent", StringComparison.Ordinal)).Select(other => (UnitState)(int)other.To);
            Assert.Equal(change.To == 0 ? [Stopped] : [Aborting], state);
        }
    }
}
