using Microsoft.AspNetCore.Http.HttpResults;

namespace DigitalTwin.Host.Api;

/// <summary>Problem details (RFC 9457) with the stable codes that the CLI turns into exit codes.</summary>
public static class Problems
{
    public static ProblemHttpResult Invalid(string detail) => Problem(StatusCodes.Status400BadRequest, "INVALID", "The request is not valid", detail);

    public static ProblemHttpResult NotFound(string detail) => Problem(StatusCodes.Status404NotFound, "NOT_FOUND", "Not found", detail);

    public static ProblemHttpResult NotReady(string detail) => Problem(StatusCodes.Status503ServiceUnavailable, "NOT_READY", "Not ready", detail);

    private static ProblemHttpResult Problem(int status, string code, string title, string detail) =>
        TypedResults.Problem(detail, statusCode: status, title: title, extensions: new Dictionary<string, object?> { ["code"] = code });
}
