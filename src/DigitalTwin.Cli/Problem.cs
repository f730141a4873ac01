using System.Text.Json.Nodes;

namespace DigitalTwin.Cli;

/// <summary>Why a verb did not do what it was asked for, as RFC 9457 says it: from the host, or made here when there is no host to say it.</summary>
/// <param name="Code">Stable, upper snake case; decides the exit code.</param>
/// <param name="Detail">What, where, why and the cure, in sentences for a person.</param>
/// <param name="Whole">The problem object as the host sent it, with members that this client does not know; null for one made here.</param>
public sealed record Problem(string Code, string Title, string Detail, int? Status = null, JsonObject? Whole = null)
{
    public JsonObject ToJson() => Whole ?? new JsonObject
    {
        ["type"] = "about:blank",
        ["title"] = Title,
        ["detail"] = Detail,
        ["code"] = Code,
    };

    public static Problem Invalid(string detail) => new("INVALID", "The command line is not valid", detail);

    public static Problem NotFound(string detail) => new("NOT_FOUND", "Not found", detail);

    public static Problem Broken(string title, string detail) => new("ERROR", title, detail);
}

/// <summary>Ends a verb with a problem; caught once, in <see cref="Session"/>.</summary>
public sealed class ProblemException(Problem problem) : Exception(problem.Detail)
{
    public Problem Problem { get; } = problem;
}
