using DigitalTwin.VirtualPlant.Physics;
using DigitalTwin.VirtualPlant.Production;

namespace DigitalTwin.VirtualPlant.Tests;

public sealed class StaffTests
{
    private static PhysicsParameters With(StaffParameters staff) => PlantRun.Whole with { Staff = staff };

    private static Staff Of(StaffParameters staff, long seed = 1) => new(seed, With(staff), new Timetable(With(staff)));

    private static long Leipzig(int day, int hour, int minute = 0) =>
        (long)(new DateTimeOffset(2026, 1, day, hour, minute, 0, TimeSpan.FromHours(1)) - DateTimeOffset.UnixEpoch).TotalMicroseconds;

    [Fact]
    public void Each_shift_has_people_of_its_own_also_the_one_across_midnight()
    {
        var staff = Of(new() { AbsentShare = 0, LateShare = 0 });
        Assert.Equal(["P107", "P207", "P307", "P307", "P107"], new[] { Leipzig(5, 10), Leipzig(5, 15), Leipzig(5, 23), Leipzig(6, 3), Leipzig(6, 10) }.Select(at => staff.At(at)[6].Badge));
        Assert.Equal(staff.ShiftAt(Leipzig(5, 23)), staff.ShiftAt(Leipzig(6, 3)));
        Assert.Equal(4, new[] { Leipzig(5, 10), Leipzig(5, 15), Leipzig(5, 23), Leipzig(6, 10) }.Select(staff.ShiftAt).Distinct().Count());
    }

    [Fact]
    public void Nobody_stands_in_at_two_stations_or_at_one_that_is_not_known_to_them()
    {
        var staff = Of(new() { AbsentShare = 0.3, StandIns = 3 });
        var (standIns, elsewhere) = (0, 0);
        var stationsOf = new Dictionary<string, HashSet<int>>();
        for (var day = 5; day < 31; day++)
            foreach (var hour in new[] { 7, 15, 23 })
            {
                var roster = staff.At(Leipzig(day, hour));
                Assert.Equal(roster.Count, roster.Select(person => person.Badge).Distinct().Count());
                foreach (var (index, person) in roster.Index().Where(item => item.Item.Absent is not null))
                {
                    (standIns, elsewhere) = person.Badge[0] == 'S' ? (standIns + 1, elsewhere) : (standIns, elsewhere + 1);
                    if (person.Badge[0] == 'S') (stationsOf.TryGetValue(person.Badge, out var known) ? known : stationsOf[person.Badge] = []).Add(index + 1);
                    Assert.Equal(1.06, person.Work);
                    Assert.Equal(person.Badge[0] == 'X', person.FromSeconds > 0);
                }
            }
        Assert.True(standIns > 50 && elsewhere > 50, $"{standIns} stand-ins, {elsewhere} from elsewhere");
        Assert.All(stationsOf.Values, known => Assert.InRange(known.Count, 1, 16));   // half of the stations, about
    }

    [Fact]
    public void A_station_whose_operator_is_late_waits_and_the_truth_says_for_whom()
    {
        var physics = With(new() { AbsentShare = 0, LateShare = 1, LateMinutes = 20 });
        var run = new PlantRun(physics, start: Leipzig(5, 5, 50)).To(Leipzig(5, 6, 1) + 30_000_000);
        var stations = run.Plant.Site.Assembly!.Stations;
        Assert.All(stations.Where(station => station.Operator.Length == 0), station => Assert.NotEqual(Packml.UnitState.Execute, station.State));
        var (waiting, late) = (stations.Count(station => station.Operator.Length == 0), run.Plant.Truths.Where(truth => truth.Kind == "late" && truth.What!.StartsWith("P1", StringComparison.Ordinal)).ToList());
        Assert.True(waiting > 10, $"{waiting} stations wait");
        Assert.Equal(20, late.Count);
        run.To(Leipzig(5, 8));
        Assert.All(stations.Index().Where(item => late.Single(truth => truth.Where == item.Item.Name).Hours < 1.9), item => Assert.Equal(FormattableString.Invariant($"P1{item.Index + 1:D2}"), item.Item.Operator));
        Assert.Equal("P103", run.Texts("Station3.Operator")[^1]);
    }

    [Fact]
    public void Nobody_is_at_a_station_while_one_shift_hands_over_to_the_next()
    {
        var run = new PlantRun(With(new() { AbsentShare = 0, LateShare = 0 }), start: Leipzig(5, 13, 59)).To(Leipzig(5, 14, 2));
        Assert.Equal(["P105", "", "P205"], Distinct(run.Texts("Station5.Operator")));

        static List<string> Distinct(IReadOnlyList<string> texts) => [.. texts.Where((text, index) => index == 0 || texts[index - 1] != text).Where((text, index) => index > 0 || text.Length > 0)];
    }

    [Fact]
    public void A_stand_in_takes_longer()
    {
        double Mean(double work) => new PlantRun(With(new() { AbsentShare = 1, StandIns = 0, BorrowMinutes = 0, StandInWork = work, LateShare = 0 }) with { Trouble = new() { SensorFaultHours = 1e9 } }).For(3600).Values("Station2.CycleTime").Where(value => value > 0).Average();
        Assert.InRange(Mean(1.5) / Mean(1), 1.35, 1.65);
    }
}
