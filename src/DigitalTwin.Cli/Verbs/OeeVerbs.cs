using System.CommandLine;
using System.Globalization;
using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using DigitalTwin.Cli.Times;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`oee show`: where the planned busy time went (ISO 22400-2).</summary>
internal static class OeeVerbs
{
    private const int BarWidth = 48;

    public static Command Create(Options options)
    {
        var id = new Argument<string>("ID") { Description = "A line or a station" };
        var window = new Window();
        var show = new Verb("show", "Show the loss waterfall (default: the running shift)", "twin oee show leipzig.body.line1.cell3 --from -4h") { id };
        window.AddTo(show);
        show.Runs(options, async (session, parsed, stopped) =>
        {
            var (from, to) = await window.Resolve(parsed, session.Host, stopped);
            var sent = await session.Host.Get(Query.Path($"api/v1/oee/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/losses",
                ("from", Query.Time(from)), ("to", Query.Time(to))), stopped);
            var losses = sent.As<LossesShape>();
            if (session.Screen.IsJson) session.Screen.Json(sent);
            else Show(losses, session.Screen);
            return Sum.Of(losses.Steps).Holds ? ExitCodes.Ok : ExitCodes.Error;
        });
        return new Command("oee", "Overall equipment effectiveness by ISO 22400-2") { show };
    }

    private static void Show(LossesShape losses, Screen screen)
    {
        var shift = losses.Shift is { } named ? $"shift {named.Name}, " : "";
        screen.Line($"{losses.Id} ({losses.Kind})  {shift}{Words.Time(losses.From)} to {Words.Time(losses.To)}");
        screen.Line($"{losses.Definition.Standard}, version {Words.Value(losses.Definition.Version)}: {losses.Definition.Rule}");
        if (losses.ConstraintStation is { } constraint) screen.Line($"constraint station {constraint}");
        screen.Line("");
        screen.Show(Waterfall(losses.Steps));
        screen.Line("");
        var sum = Sum.Of(losses.Steps);
        screen.Line(string.Create(CultureInfo.InvariantCulture,
            $"planned busy {sum.Total} ms − losses {sum.Losses} ms + gains {sum.Gains} ms = {sum.Total - sum.Losses + sum.Gains} ms{(sum.Holds ? "" : $", but the host says {sum.Result} ms: THE PARTS DO NOT ADD UP")}"));
        var (ratios, made) = (losses.Ratios, losses.Quantities);
        screen.Line($"availability {Words.Percent(ratios.Availability)}  effectiveness {Words.Percent(ratios.Effectiveness)}  quality {Words.Percent(ratios.Quality)}  OEE {Words.Percent(ratios.Oee)}");
        screen.Line($"{made.Produced} produced = {made.Good} good + {made.Scrap} scrap");
    }

    private static Table Waterfall(IReadOnlyList<StepShape> steps)
    {
        var table = Screen.Columns("step", "minutes", "");
        var full = Math.Max(1, steps.Where(step => step.Kind == "total").Select(step => step.Ms).DefaultIfEmpty(0).Max() + steps.Where(step => step.Kind == "gain").Sum(step => step.Ms));
        long level = 0;
        foreach (var step in steps)
        {
            var (sign, from, to, fill) = step.Kind switch
            {
                "loss" => ("− ", level - step.Ms, level, '░'),
                "gain" => ("+ ", level, level + step.Ms, '▒'),
                "result" => ("= ", 0L, step.Ms, '█'),
                _ => ("", 0L, step.Ms, '█'),
            };
            level = step.Kind == "loss" ? from : to;
            table.AddRow(Paint.Plain(sign + step.Label), Paint.Right(Words.Minutes(step.Ms)), new Text(Bar(from, to, full, fill)));
        }
        return table;
    }

    private static string Bar(long from, long to, long full, char fill)
    {
        int Column(long at) => (int)Math.Clamp((double)at / full * BarWidth, 0, BarWidth);
        // What is there but small is still drawn: a loss must not vanish by rounding.
        var (start, end) = (Column(from), Column(to));
        if (end == start && to > from) (start, end) = start > 0 ? (start - 1, start) : (0, 1);
        return new string(' ', start) + new string(fill, end - start);
    }

    /// <summary>The identity that every waterfall keeps, exact in milliseconds: total − losses + gains = result.</summary>
    private sealed record Sum(long Total, long Losses, long Gains, long Result)
    {
        public bool Holds => Total - Losses + Gains == Result;

        public static Sum Of(IReadOnlyList<StepShape> steps)
        {
            long Add(string kind) => steps.Where(step => step.Kind == kind).Sum(step => step.Ms);
            return new Sum(Add("total"), Add("loss"), Add("gain"), steps.LastOrDefault(step => step.Kind == "result")?.Ms ?? 0);
        }
    }
}
