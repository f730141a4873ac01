using System.Globalization;
using DigitalTwin.VirtualPlant.Chance;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>Who works at a station in a shift.</summary>
/// <param name="Badge">As it is read at the station: P of the station's own people, S of those who stand in, X of those from elsewhere.</param>
/// <param name="FromSeconds">After the shift began; until then nobody is there.</param>
/// <param name="Work">How much longer this person takes; 1 for the station's own.</param>
/// <param name="Absent">Badge of the one who did not come; null where nobody is missing.</param>
internal sealed record DutyRoster(string Badge, double FromSeconds, double Work, string? Absent);

/// <summary>The people of final assembly. Who comes and who stands in depends on seed, shift and person alone, so nothing of it has to be remembered.</summary>
internal sealed class Staff(long seed, PhysicsParameters physics, Timetable timetable)
{
    private readonly int stations = physics.Assembly.Stations;
    private long shift = long.MinValue;
    private DutyRoster[] roster = [];

    /// <summary>Number of the shift at a plant time; each has another.</summary>
    public long ShiftAt(long now) => timetable.ShiftAt(now).Number;

    /// <summary>Of the shift at a plant time: who is meant to be at each station, in their order.</summary>
    public IReadOnlyList<DutyRoster> At(long now)
    {
        var (number, team, _) = timetable.ShiftAt(now);
        if (number != shift)
            (shift, roster) = (number, Rostered(number, team + 1));
        return roster;
    }

    /// <returns>Null while nobody is at the station.</returns>
    public DutyRoster? Present(int station, Plan plan, long now)
    {
        if (plan == Plan.Handover)
            return null;
        var person = At(now)[station - 1];
        return timetable.ShiftAt(now).Seconds >= person.FromSeconds ? person : null;
    }

    private DutyRoster[] Rostered(long number, int team)
    {
        var staff = physics.Staff;
        var free = Enumerable.Range(1, staff.StandIns).Select(index => Badge('S', team, index)).Where(badge => !IsAbsent(badge, number)).ToList();
        return [.. Enumerable.Range(1, stations).Select(station =>
        {
            var own = Badge('P', team, station);
            var chance = Chance(own, number, "late");
            if (!IsAbsent(own, number))
                return new DutyRoster(own, chance.Uniform() < staff.LateShare ? physics.Timetable.HandoverSeconds - 60 * staff.LateMinutes * Math.Log(chance.Uniform()) : 0, 1, null);
            if (free.Find(badge => Knows(badge, station)) is not { } standIn)
                return new DutyRoster(Badge('X', team, station), physics.Timetable.HandoverSeconds + 60 * staff.BorrowMinutes, staff.StandInWork, own);
            free.Remove(standIn);
            return new DutyRoster(standIn, 0, staff.StandInWork, own);
        })];
    }

    private bool IsAbsent(string badge, long number) => Chance(badge, number, "absent").Uniform() < physics.Staff.AbsentShare;

    private bool Knows(string badge, int station) => Generator.For(seed, $"{badge}/knows {station}").Uniform() < physics.Staff.SkillShare;

    private Generator Chance(string badge, long number, string what) => Generator.For(unchecked(seed * 1_000_003 + number), $"{badge}/{what}");

    private static string Badge(char kind, int team, int number) => string.Create(CultureInfo.InvariantCulture, $"{kind}{team}{number:D2}");
}
