using System.CommandLine;
using System.Globalization;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;

namespace DigitalTwin.Cli.Times;

/// <summary>The options --at and --offset of a verb that can show the past.</summary>
public sealed class PastMoment
{
    private readonly Option<Moment?> at = new("--at")
    {
        Description = "As it was at this plant time: 2026-01-05T09:40Z, or -15m before the plant's now",
        HelpName = "TIME",
        CustomParser = Moment.Parse,
    };

    private readonly Option<long?> offset = new("--offset") { Description = "As it was after this event of the journal", HelpName = "N" };

    public void AddTo(Command verb)
    {
        verb.Add(at);
        verb.Add(offset);
        verb.Validators.Add(result =>
        {
            if (result.GetResult(at) is not null && result.GetResult(offset) is not null) result.AddError("Give --at or --offset, not both.");
        });
        offset.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long?>() is < 0) result.AddError("--offset wants a whole number from 0.");
        });
    }

    /// <summary>As the API takes them; both null for now.</summary>
    public async Task<(string? At, string? Offset)> Resolve(ParseResult parsed, HostClient host, CancellationToken stopped) =>
        (parsed.GetValue(at) is { } moment ? await Text(moment, host, stopped) : null, parsed.GetValue(offset)?.ToString(CultureInfo.InvariantCulture));

    /// <summary>Asks the host for its clock only when the moment is relative to it.</summary>
    public static async Task<string> Text(Moment moment, HostClient host, CancellationToken stopped)
    {
        var now = moment is Moment.BeforeNow ? (await host.Get("api/v1/plant", stopped)).As<PlantShape>().Clock.PlantTime : default;
        return Words.PreciseTime(moment.Resolve(now));
    }
}
