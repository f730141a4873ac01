using System.CommandLine;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;

namespace DigitalTwin.Cli;

/// <summary>What every verb gets: where to print, and the host to ask.</summary>
public sealed record Session(Screen Screen, HostClient Host)
{
    /// <summary>Runs a verb and turns whatever ends it into an exit code: this is the one place that prints problems.</summary>
    public static async Task<int> Run(
        ParseResult parsed, Options options, Func<Session, CancellationToken, Task<int>> verb, CancellationToken stopped)
    {
        var screen = Screen.For(Console.Out, options.Format(parsed), plain: parsed.GetValue(options.NoColor));
        try
        {
            using var host = new HostClient(options.Host(parsed), options.Wait(parsed));
            return await verb(new Session(screen, host), stopped);
        }
        catch (ProblemException ended)
        {
            return screen.Fail(ended.Problem);
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            return ExitCodes.Ok;   // Ctrl-C is how a person ends `watch`.
        }
    }
}
