namespace DigitalTwin.Persistence.Projections;

/// <summary>How far a projection has come.</summary>
/// <param name="Version">Of what its rows mean; rows of another version are of no use.</param>
/// <param name="Offset">Journal offset up to which its rows tell.</param>
/// <param name="Mark">Tells whether a journal is still the one that the rows were made from, and has come as far as it had then.</param>
public sealed record ProjectionHead(string Name, string Version, long Offset, string Mark);

public readonly record struct ProjectionRow(string Key, ReadOnlyMemory<byte> Value);

/// <summary>What is new of a projection since it was saved last; saved all or nothing.</summary>
/// <param name="Gone">Keys of rows that are no more.</param>
/// <param name="Anew">The rows are all there are: none of those that were saved before is kept.</param>
public sealed record ProjectionChange(ProjectionHead Head, IReadOnlyCollection<ProjectionRow> Rows, IReadOnlyCollection<string> Gone, bool Anew = false);

/// <summary>A stored row is not the one that was written.</summary>
public sealed class ProjectionDamagedException : Exception
{
    public ProjectionDamagedException() { }

    public ProjectionDamagedException(string message) : base(message) { }

    public ProjectionDamagedException(string message, Exception inner) : base(message, inner) { }
}
