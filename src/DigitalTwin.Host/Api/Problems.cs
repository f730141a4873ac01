using DigitalTwin.Actors.Journals;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DigitalTwin.Host.Api;

/// <summary>Problem details (RFC 9457) with the stable codes that the CLI turns into exit codes.</summary>
public static class Problems
{
    public static ProblemHttpResult Invalid(string detail) => Problem(StatusCodes.Status400BadRequest, "INVALID", "The request is not valid", detail);

    public static ProblemHttpResult NotFound(string detail) => Problem(StatusCodes.Status404NotFound, "NOT_FOUND", "Not found", detail);

    /// <summary>Gives those problems a code that the web server finds by itself: a wrong method, a failure of ours.</summary>
    public static void Complete(ProblemDetailsContext context)
    {
        if (context.Exception is CorruptEventException corrupt)
            context.ProblemDetails.Detail = corrupt.Message;
        context.ProblemDetails.Extensions.TryAdd("code", context.ProblemDetails.Status switch
        {
            StatusCodes.Status404NotFound => "NOT_FOUND",
            StatusCodes.Status503ServiceUnavailable => "NOT_READY",
            >= 400 and < 500 => "INVALID",
            _ => "FAILED",
        });
    }

    private static ProblemHttpResult Problem(int status, string code, string title, string detail) =>
        TypedResults.Problem(detail, statusCode: status, title: title, extensions: new Dictionary<string, object?> { ["code"] = code });
}
