using System.Collections.Immutable;

namespace DigitalTwin.Planning.Formats;

/// <summary>What is wrong with an input file, and where.</summary>
/// <param name="Line">From 1; 0 for the file as a whole.</param>
/// <param name="Expected">A sentence: what was expected, and what stands there instead.</param>
public sealed record InputFault(string File, int Line, string Expected)
{
    public override string ToString() => Line > 0 ? $"{File}:{Line}: {Expected}" : $"{File}: {Expected}";
}

/// <summary>An input that was read whole, or refused whole with everything that is wrong.</summary>
public abstract record Reading<T>
{
    private Reading() { }

    public sealed record Read(T Value) : Reading<T>;

    /// <param name="Faults">At least one, in the order of the files.</param>
    public sealed record Refused(ImmutableArray<InputFault> Faults) : Reading<T>;
}

/// <summary>How readers spell their answers.</summary>
public static class Reading
{
    public static Reading<T> Of<T>(T value) => new Reading<T>.Read(value);

    public static Reading<T> Refuse<T>(params IEnumerable<InputFault> faults) => new Reading<T>.Refused([.. faults]);

    /// <summary>The next step of a reader; faults go through as they are.</summary>
    public static Reading<TNext> Then<T, TNext>(this Reading<T> reading, Func<T, Reading<TNext>> next) => reading switch
    {
        Reading<T>.Read read => next(read.Value),
        Reading<T>.Refused refused => new Reading<TNext>.Refused(refused.Faults),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
