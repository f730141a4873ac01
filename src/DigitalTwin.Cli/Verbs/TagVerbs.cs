using System.CommandLine;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`tag ledger`: whether every sample that was due is in the history, and why not.</summary>
internal static class TagVerbs
{
    public static Command Create(Options options) => new("tag", "Look at signals") { Ledger(options) };

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
        if (ledger.Unattributed > 0)
            Screen.Notice($"{Words.Number(ledger.Unattributed)} more sequences are lost; whose they were is known when the gateway next tells its counts.");
        var unexplained = ledger.Items.Count(line => line.Unexplained != 0);
        if (unexplained > 0)
            Screen.Notice($"{Counted(unexplained, "signal")} {(unexplained == 1 ? "has" : "have")} samples that nothing explains: what the gateway has counted is not what came.");
    }

    private static string Counted(long count, string what) => $"{Words.Number(count)} {what}{(count == 1 ? "" : "s")}";
}
