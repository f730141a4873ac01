namespace DigitalTwin.Planning.CpSat;

/// <summary>
/// The seam to a CP-SAT solver. Bytes on both sides, so that the one that is wished for, in the same process, would fit as well as the one that stands here.
/// </summary>
public interface ICpSatSolver
{
    /// <summary>
    /// Ends soon after <paramref name="deadline"/> or <paramref name="cancel"/>, with the best there is until then, whatever happens to the solver.
    /// Neither is an exception, and a solver that is gone is none either: a plan goes on without it.
    /// </summary>
    /// <param name="model">A <c>CpModelProto</c>.</param>
    /// <param name="parameters">A <c>SatParameters</c>.</param>
    /// <param name="deadline">From now on, waiting for a solver included.</param>
    /// <param name="progress">Called one after the other, from another thread.</param>
    Task<CpSatAnswer> SolveAsync(ReadOnlyMemory<byte> model, ReadOnlyMemory<byte> parameters, TimeSpan deadline, Action<CpSatProgress>? progress, CancellationToken cancel);
}

/// <summary>What came of a request.</summary>
public abstract record CpSatAnswer
{
    private CpSatAnswer() { }

    /// <param name="Bytes">A <c>CpSolverResponse</c>, without the times that the solve took: those are never the same twice. Its status may be that nothing was found.</param>
    public sealed record Response(byte[] Bytes) : CpSatAnswer;

    /// <summary>The solver died, hung, or was not to be had.</summary>
    /// <param name="Reason">For a person: what happened to it.</param>
    public sealed record None(string Reason) : CpSatAnswer;
}

/// <summary>How far a solve is. Read from the log that it writes for people: to be shown, not to be reckoned with.</summary>
/// <param name="Objective">Of the best solution so far; null before the first.</param>
public sealed record CpSatProgress(double? Objective, double Bound);
