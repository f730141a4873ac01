using System.Diagnostics;
using System.Globalization;

namespace DigitalTwin.Cli.Output;

/// <summary>How far long work has come, on the error stream: one line in place on a terminal, a line now and then where that is redirected.</summary>
internal sealed class HowFar(string what) : IDisposable
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private readonly TimeSpan every = Console.IsErrorRedirected ? TimeSpan.FromSeconds(10) : TimeSpan.FromSeconds(0.2);
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private TimeSpan next = First;
    private bool shown;

    public void Report(long done, long all)
    {
        if (clock.Elapsed < next) return;
        next = clock.Elapsed + every;
        shown = true;
        var text = string.Create(CultureInfo.InvariantCulture, $"{what} {done:#,0} of {all:#,0} events, {(all > 0 ? 100 * done / all : 100)} %");
        if (Console.IsErrorRedirected) Console.Error.WriteLine(text);
        else Console.Error.Write($"\r{text}");
    }

    public void Dispose()
    {
        if (shown && !Console.IsErrorRedirected) Console.Error.WriteLine();
    }
}
