using System.Collections.Immutable;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Units;

namespace DigitalTwin.Domain.Lines;

/// <param name="Own">What the line's own signals say, its counters among them.</param>
/// <param name="Stations">Ids in the order of flow.</param>
/// <param name="Reports">Newest report of each station, by id; none before its first.</param>
/// <param name="Summary">The line's state, derived from its stations by <see cref="Line.SummaryRule"/>.</param>
/// <param name="Vehicles">Work in progress: the vehicles inside, in stations and buffers, in the order they joined.</param>
public sealed record LineState(
    UnitState Own,
    ImmutableArray<string> Stations,
    string ConstraintStation,
    ImmutableSortedDictionary<string, StationReport> Reports,
    PackmlState Summary,
    DateTimeOffset? SummarySince,
    ImmutableArray<string> Vehicles)
{
    public static LineState Initial { get; } = new(
        UnitState.Initial, [], "", ImmutableSortedDictionary<string, StationReport>.Empty, PackmlState.Undefined, null, []);
}

public sealed record StationReport(long Revision, PackmlState State, string Vehicle, long Produced, long Good, long Scrap, DateTimeOffset At);
