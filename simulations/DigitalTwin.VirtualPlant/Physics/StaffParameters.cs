namespace DigitalTwin.VirtualPlant.Physics;

/// <summary>People of final assembly: one at each station and in each shift, and some who stand in. Who knows which station is drawn once, by the seed.</summary>
internal sealed record StaffParameters
{
    /// <summary>Share of people who do not come to a shift.</summary>
    [Bounds(0, 1)] public double AbsentShare { get; init; } = 0;
    /// <summary>Share of people who come late, by how many minutes on average.</summary>
    [Bounds(0, 1)] public double LateShare { get; init; } = 0;
    [Bounds(0, 480)] public double LateMinutes { get; init; } = 6;
    /// <summary>People of each shift without a station of their own, and the share of the stations that each of them knows.</summary>
    [Bounds(0, 50)] public int StandIns { get; init; } = 2;
    [Bounds(0, 1)] public double SkillShare { get; init; } = 0.5;
    /// <summary>How much longer somebody takes whose station it is not.</summary>
    [Bounds(1, 3)] public double StandInWork { get; init; } = 1.06;
    /// <summary>When somebody from elsewhere comes, where no one who stands in knows the station.</summary>
    [Bounds(0, 480)] public double BorrowMinutes { get; init; } = 15;
}
