using DigitalTwin.Actors.Journals;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DigitalTwin.Host.Api;

/// <summary>Problem details (RFC 9457) with the stable codes that the CLI turns into exit codes.</summary>
public static class Problems
{
    public static ProblemHttpResult Invalid(string detail) => Problem(StatusCodes.Status400BadRequest, "INVALID", "The request is not valid", detail);

    public static ProblemHttpResult NotFound(string detail) => Problem(StatusCodes.Status404NotFound, "NOT_FOUND", "Not found", detail);

    /// <summary>A twin has refused it, with a code and a sentence of its own.</summary>
    public static ProblemHttpResult Refused(string code, string reason) => Problem(StatusCodes.Status400BadRequest, code, "Refused", reason);

    /// <summary>It may be another time.</summary>
    public static ProblemHttpResult NotReady(string detail) => Problem(StatusCodes.Status503ServiceUnavailable, "NOT_READY", "Not ready", detail);

    /// <summary>Tells of a store that is away, a database mostly, instead of failing: it comes back, and the same request is answered then.</summary>
    public static async ValueTask<object?> TellOfAStoreThatIsAway(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (IOException away) when (!context.HttpContext.Response.HasStarted)
        {
            return NotReady($"What is recorded cannot be read now: {away.Message} Ask again when that is mended; twins as they are now are shown meanwhile.");
        }
    }

    /// <summary>
    /// A page from elsewhere may make a browser send a request that changes something; it cannot hide where it is from. Programs send no origin.
    /// </summary>
    public static Task RefuseForeignOrigin(HttpContext context, RequestDelegate next)
    {
        string origin = context.Request.Headers.Origin.ToString();
        bool changes = !(HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method));
        return changes && origin.Length > 0 && origin != $"{context.Request.Scheme}://{context.Request.Host}"
            ? Problem(StatusCodes.Status403Forbidden, "FOREIGN_ORIGIN", "Not allowed", $"A page of {origin} must not change anything here; use the page of this host, or a program.").ExecuteAsync(context)
            : next(context);
    }

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
