using System.CommandLine;
using DigitalTwin.Cli.Output;

namespace DigitalTwin.Cli;

/// <summary>The options that every verb takes.</summary>
public sealed class Options
{
    private const string DefaultUrl = "http://localhost:5080";

    private readonly Option<string> output = new("--output", "-o")
    {
        Description = "table, wide (more columns), json or jsonl (one object a line)",
        HelpName = "FORMAT",
        DefaultValueFactory = _ => "table",
        Recursive = true,
    };

    private readonly Option<bool> json = new("--json") { Description = "The same as -o json", Recursive = true };

    private readonly Option<string> url = new("--url")
    {
        Description = $"The host; the variable TWIN_URL, else {DefaultUrl}",
        HelpName = "URL",
        Recursive = true,
    };

    private readonly Option<double> timeout = new("--timeout")
    {
        Description = "How long to wait for an answer, in seconds",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => 10,
        Recursive = true,
    };

    public Option<bool> NoColor { get; } = new("--no-color")
    {
        Description = "Plain text, also on a terminal; so does the variable NO_COLOR",
        Recursive = true,
    };

    public Options()
    {
        output.AcceptOnlyFromAmong("table", "wide", "json", "jsonl");
        url.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && !IsHttp(text, out _))
                result.AddError($"'{text}' is no http or https address, such as {DefaultUrl}.");
        });
        timeout.Validators.Add(result =>
        {
            // Eleven days are more than anybody waits, and still within what the platform's timers hold.
            if (result.GetValueOrDefault<double>() is not (> 0 and < 1_000_000)) result.AddError("--timeout wants a number of seconds above 0.");
        });
    }

    public void AddTo(Command root)
    {
        foreach (var option in new Option[] { output, json, url, timeout, NoColor }) root.Add(option);
    }

    public OutputFormat Format(ParseResult parsed) => parsed.GetValue(json)
        ? OutputFormat.Json
        : Enum.Parse<OutputFormat>(parsed.GetValue(output) ?? "table", ignoreCase: true);

    /// <summary>The format asked for on a command line that could not be parsed: its errors are printed in it.</summary>
    public static OutputFormat FormatOf(IReadOnlyList<string> args)
    {
        var line = $" {string.Join(' ', args).Replace('=', ' ')} ";
        if (line.Contains(" jsonl ", StringComparison.Ordinal)) return OutputFormat.Jsonl;
        var asked = new[] { " --json ", " -o json ", " --output json ", " -ojson " };
        return asked.Any(form => line.Contains(form, StringComparison.Ordinal)) ? OutputFormat.Json : OutputFormat.Table;
    }

    public Uri Host(ParseResult parsed)
    {
        var text = parsed.GetValue(url) ?? Environment.GetEnvironmentVariable("TWIN_URL");
        if (string.IsNullOrWhiteSpace(text)) text = DefaultUrl;
        return IsHttp(text, out var host)
            ? host
            : throw new ProblemException(Problem.Invalid($"TWIN_URL is '{text}', which is no http or https address, such as {DefaultUrl}."));
    }

    public TimeSpan Wait(ParseResult parsed) => TimeSpan.FromSeconds(parsed.GetValue(timeout));

    private static bool IsHttp(string text, out Uri host)
    {
        // The slash at the end keeps a path in the address: a host behind a proxy at /twin/ stays there.
        var parses = Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var parsed);
        host = parsed!;
        return parses && (host.Scheme is "http" or "https");
    }
}
