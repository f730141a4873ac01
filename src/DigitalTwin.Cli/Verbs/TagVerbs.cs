using System.CommandLine;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using DigitalTwin.Cli.Times;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`tag ledger`: whether every sample that was due is in the history, and why not. `tag context`: what samples belong to.</summary>
internal static class TagVerbs
{
    public static Command Create(Options options) => new("tag", "Look at signals")
    {
        TagReadVerb.Create(options), TagTrendVerb.Create(options), TagExportVerb.Create(options), Ledger(options), Context(options), WaveformVerbs.Create(options),
    };

    private static Verb Ledger(Options options)
    {
        var scope = new Argument<string?>("SCOPE") { Description = "A signal, or a twin with what lies below it; everything if left out", Arity = ArgumentArity.ZeroOrOne };
        var verb = new Verb("ledger", "Account for every sample: expected, sampled, sent, stored, and what explains the difference", "twin tag ledger leipzig.body.line1.cell3") { scope };
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var sent = await session.Host.Get(Query.Path("api/v1/ledger", ("scope", parsed.GetValue(scope))), stopped);
            var ledger = sent.As<LedgerShape>();
            if (session.Screen.Format is OutputFormat.Json) session.Screen.Json(sent);
            else if (session.Screen.Format is OutputFormat.Jsonl)
                foreach (var line in ledger.Items) session.Screen.JsonLine(line);
            else Show(ledger, session.Screen);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static Verb Context(Options options)
    {
        var of = new Argument<string?>("ID") { Description = "A signal, or a line, station or machine", Arity = ArgumentArity.ZeroOrOne };
        var vehicle = new Option<string?>("--vehicle") { Description = "All stays of this vehicle instead", HelpName = "ID" };
        var features = new Option<bool>("--features") { Description = "With --vehicle: what was measured in each stay" };
        var window = new Window();
        var verb = new Verb("context", "Show what samples belong to: vehicle, order, variant, operator, shift (default: the last hour, of a vehicle the last day)", "twin tag context --vehicle B00000042 --features") { of, vehicle, features };
        window.AddTo(verb);
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var (from, to) = await window.Resolve(parsed, session.Host, stopped);
            var sent = await session.Host.Get(Query.Path("api/v1/context",
                ("of", parsed.GetValue(of)), ("vehicle", parsed.GetValue(vehicle)), ("features", parsed.GetValue(features) ? "true" : null), ("from", Query.Time(from)), ("to", Query.Time(to))), stopped);
            var context = sent.As<ContextShape>();
            if (session.Screen.Format is OutputFormat.Json) session.Screen.Json(sent);
            else if (session.Screen.Format is OutputFormat.Jsonl)
                foreach (var span in context.Items) session.Screen.JsonLine(span);
            else Show(context, session.Screen);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static void Show(ContextShape context, Screen screen)
    {
        var table = Screen.Columns("station", "from", "to", "vehicle", "order", "variant", "operator", "shift");
        foreach (var span in context.Items)
            table.AddRow(
                Paint.Plain(span.Station), Paint.Plain(Words.Time(span.From)), Paint.Plain(Words.Time(span.To)), Paint.Plain(span.Vehicle),
                Paint.Plain(span.Order), Paint.Plain(span.Variant), Paint.Plain(span.Operator), Paint.Plain(span.Shift));
        screen.Show(table);
        if (context.Items.Count == 0) Screen.Notice($"{context.Of} was in no station from {Words.Time(context.From)} to {Words.Time(context.To)}.");
        if (context.Items.All(span => span.Features is null)) return;
        var measured = Screen.Columns("station", "signal", "samples", "min", "max", "last", "unit");
        foreach (var span in context.Items)
            foreach (var feature in span.Features ?? [])
                measured.AddRow(
                    Paint.Plain(span.Station), Paint.Plain(feature.Signal), Paint.Plain(Words.Number(feature.Count)),
                    Paint.Plain(Words.Number(feature.Min)), Paint.Plain(Words.Number(feature.Max)), Paint.Plain(Words.Number(feature.Last)), Paint.Plain(feature.Unit));
        screen.Show(measured);
    }

    private static void Show(LedgerShape ledger, Screen screen)
    {
        var table = Screen.Columns("signal", "from", "to", "expected", "sampled", "sent", "stored", "lost", "unexplained");
        foreach (var line in ledger.Items)
            table.AddRow(
                Paint.Plain(line.Signal), Paint.Plain(Words.Time(line.From)), Paint.Plain(Words.Time(line.To)),
                Paint.Plain(Words.Number(line.Expected)), Paint.Plain(Words.Number(line.Sampled)), Paint.Plain(Words.Number(line.Sent)), Paint.Plain(Words.Number(line.Stored)),
                Paint.Plain(Words.Number(line.Gaps.Sum(gap => gap.Count))),
                line.Unexplained == 0 ? Paint.Plain("0") : Paint.Abnormal(Words.Number(line.Unexplained)));
        screen.Show(table);
        foreach (var reason in ledger.Items.SelectMany(line => line.Gaps).GroupBy(gap => (gap.Reason, gap.Says)))
            screen.Line($"{reason.Key.Reason}: {Counted(reason.Sum(gap => gap.Count), "sample")} of {Counted(reason.Count(), "signal")}, {Words.Time(reason.Min(gap => gap.From))} to {Words.Time(reason.Max(gap => gap.To))}. {reason.Key.Says}");
        foreach (var eased in ledger.Items.Where(line => line.Eased is not null).GroupBy(line => line.Eased!.SamplingSeconds))
            screen.Line(
                $"eased: {Counted(eased.Count(), "signal")}, sampled each {Words.Number(eased.Key, "0.###")} s at the slowest, {Words.Time(eased.Min(line => line.Eased!.From))} to "
                + $"{(eased.Any(line => line.Eased!.To is null) ? "now" : Words.Time(eased.Max(line => line.Eased!.To)))}. The gateway asked the server for less, so less was expected.");
        if (ledger.Unattributed > 0)
            Screen.Notice($"{Words.Number(ledger.Unattributed)} more sequences are lost; whose they were is known when the gateway next tells its counts.");
        var unexplained = ledger.Items.Count(line => line.Unexplained != 0);
        if (unexplained > 0)
            Screen.Notice($"{Counted(unexplained, "signal")} {(unexplained == 1 ? "has" : "have")} samples that nothing explains: what the gateway has counted is not what came.");
    }

    private static string Counted(long count, string what) => $"{Words.Number(count)} {what}{(count == 1 ? "" : "s")}";
}
