using System.Diagnostics;
using System.Text;

namespace DigitalTwin.Host.Tests.Cli;

/// <summary>How one run of the real executable ended.</summary>
public sealed record Run(int ExitCode, string Output, string Errors)
{
    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>The built `twin`, as a user starts it, with its output redirected.</summary>
public static class TwinProcess
{
    /// <summary>Where `twin` itself is built: beside the tests it would lack what these have from the web framework.</summary>
    private static readonly string Folder = AppContext.BaseDirectory.Replace("/tests/DigitalTwin.Host.Tests/", "/src/DigitalTwin.Cli/", StringComparison.Ordinal);

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    public static async Task<Run> Run(params string[] args)
    {
        using var process = Start(args);
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Bound);
        return new Run(process.ExitCode, await output, await errors);
    }

    public static Process Start(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(Folder, "twin.dll"), .. args])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var name in new[] { "TWIN_URL", "NO_COLOR" }) start.Environment.Remove(name);
        // A terminal that knows every colour: what is redirected must stay plain all the same.
        start.Environment["TERM"] = "xterm-256color";
        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
    }
}
