using DigitalTwin.Planning.Search;
using Google.OrTools.Sat;

namespace DigitalTwin.Planning.CpSat;

/// <summary>A solver's response, read in the terms of the model that it answers.</summary>
public sealed class CpSolution
{
    private readonly CpSolverResponse response;

    private CpSolution(CpSolverResponse response, SolveStatus status) => (this.response, Status) = (response, status);

    /// <summary>Timeout: it was stopped before it had a solution or a proof that there is none.</summary>
    public SolveStatus Status { get; }

    public bool HasValues => Status is SolveStatus.Optimal or SolveStatus.Feasible;

    public double Objective => response.ObjectiveValue;

    /// <summary>No solution has a smaller objective.</summary>
    public double Bound => response.BestObjectiveBound;

    public long this[CpInt variable] => response.Solution[variable.Variable];

    public long this[CpLinear sum] => sum.Offset + sum.Terms().Sum(term => term.Factor * response.Solution[term.Variable]);

    public bool this[CpBool literal] => literal.Literal >= 0 ? response.Solution[literal.Literal] == 1 : response.Solution[(!literal).Literal] == 0;

    /// <exception cref="InvalidOperationException">The solver does not accept the model: whoever made it has a fault.</exception>
    public static CpSolution Read(byte[] bytes)
    {
        var response = CpSolverResponse.Parser.ParseFrom(bytes);
        return new(response, response.Status switch
        {
            CpSolverStatus.Optimal => SolveStatus.Optimal,
            CpSolverStatus.Feasible => SolveStatus.Feasible,
            CpSolverStatus.Infeasible => SolveStatus.Infeasible,
            CpSolverStatus.Unknown => SolveStatus.Timeout,
            _ => throw new InvalidOperationException($"The solver refuses the model: {response.SolutionInfo}"),
        });
    }
}
