using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using DigitalTwin.Cli.Times;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`tariff`: what electric energy costs, when.</summary>
internal static class TariffVerb
{
    private const int BarWidth = 24;

    public static Verb Create(Options options)
    {
        var window = new Window();
        var verb = new Verb("tariff", "Show what electric energy costs now and over plant time (default: the next 24 hours), and the agreed peak", "twin tariff --from -8h");
        window.AddTo(verb);
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var (from, to) = await window.Resolve(parsed, session.Host, stopped);
            var sent = await session.Host.Get(Query.Path("api/v1/tariff", ("from", Query.Time(from)), ("to", Query.Time(to))), stopped);
            if (session.Screen.IsJson) session.Screen.Json(sent);
            else Show(sent.As<TariffShape>(), session.Screen);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static void Show(TariffShape tariff, Screen screen)
    {
        screen.Line($"now {Price(tariff.Current.PricePerKwh)} {tariff.Currency}/kWh{(tariff.Current.Window is { } name ? $" ({name})" : "")} until {Words.Time(tariff.Current.To)}");
        if (tariff.PeakLimitKw is { } limit)
            screen.Line($"agreed peak {Words.Number(limit)} kW over a quarter of an hour{(tariff.PeakPricePerKw is { } price ? $", at {Words.Number(price)} {tariff.Currency} a kW" : "")}");
        screen.Line("");
        var table = Screen.Columns("from", "to", "window", $"{tariff.Currency}/kWh", "");
        var highest = Math.Max(0.001, tariff.Spans.Max(span => span.PricePerKwh));
        foreach (var span in tariff.Spans)
            table.AddRow(Paint.Plain(Words.Time(span.From)), Paint.Plain(Words.Time(span.To)), Paint.Plain(span.Window ?? Words.Absent), Paint.Right(Price(span.PricePerKwh)),
                new Text(new string('█', (int)Math.Round(BarWidth * Math.Max(0, span.PricePerKwh) / highest))));
        screen.Show(table);
    }

    private static string Price(double price) => Words.Number(price, "0.000");
}
