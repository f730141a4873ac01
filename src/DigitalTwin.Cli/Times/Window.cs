using System.CommandLine;
using DigitalTwin.Cli.Api;

namespace DigitalTwin.Cli.Times;

/// <summary>The options --from and --to of a verb that looks back.</summary>
public sealed class Window
{
    private readonly Option<Moment?> from = new("--from")
    {
        Description = "Start in plant time: 2026-01-05T09:40Z, or -15m before the plant's now",
        HelpName = "TIME",
        CustomParser = Moment.Parse,
    };

    private readonly Option<Moment?> to = new("--to")
    {
        Description = "End, in the same forms",
        HelpName = "TIME",
        CustomParser = Moment.Parse,
    };

    public void AddTo(Command verb)
    {
        verb.Add(from);
        verb.Add(to);
    }

    /// <summary>Both ends in plant time; an end that was not given stays null unless a default stands for it. Asks the host for its clock only when an end is relative.</summary>
    public async Task<(DateTimeOffset? From, DateTimeOffset? To)> Resolve(
        ParseResult parsed, HostClient host, CancellationToken stopped, Moment? fromDefault = null, Moment? toDefault = null)
    {
        var (start, end) = (parsed.GetValue(from) ?? fromDefault, parsed.GetValue(to) ?? toDefault);
        var now = start is Moment.BeforeNow || end is Moment.BeforeNow
            ? (await host.Get("api/v1/plant", stopped)).As<PlantShape>().Clock.PlantTime
            : default;
        var window = (From: start?.Resolve(now), To: end?.Resolve(now));
        if (window.From >= window.To)
            throw new ProblemException(Problem.Invalid($"--from ({Output.Words.Time(window.From)}) is not before --to ({Output.Words.Time(window.To)})."));
        return window;
    }
}
