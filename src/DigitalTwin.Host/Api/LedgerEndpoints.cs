using DigitalTwin.Edge.Ingest;
using DigitalTwin.Edge.Ledger;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DigitalTwin.Host.Api;

/// <param name="Items">One for each signal of the scope, by id; figures of 0 for one that was never seen.</param>
/// <param name="Unattributed">Sequences known to be lost, of which the gateway has not told yet whose they were; of all gateways.</param>
public sealed record LedgerView(IReadOnlyList<LedgerLine> Items, long Unattributed);

/// <summary>Whether every sample that was due is in the history, and why not.</summary>
public static class LedgerEndpoints
{
    public static void MapLedger(this IEndpointRouteBuilder api) =>
        api.MapGet("/ledger", Get).WithName("ledger").WithSummary("Samples expected, sampled, sent and stored, by signal, and what explains the difference")
            .WithDescription("scope: a signal, or a twin with what lies below it; without it, the whole plant. unexplained has to be 0.");

    private static Results<Ok<LedgerView>, ProblemHttpResult> Get(LossLedger ledger, LiveValues live, TwinDirectory twins, string? scope = null)
    {
        LedgerReport report = ledger.Report();
        var lines = report.Lines.ToDictionary(line => line.Signal);
        // Signals of an older plant definition have accounts too.
        IEnumerable<string> known = lines.Keys.Concat(live.All.Select(value => value.Signal.Id)).Distinct();
        string[] asked = [.. known.Where(id => scope is null || id == scope || TwinDirectory.IsBelow(id, scope)).Order(StringComparer.Ordinal)];
        if (asked.Length == 0 && scope is not null && twins.Find(scope) is null)
            return Problems.NotFound($"There is no signal and no twin '{scope}'. 'twin ls' lists the twins; a signal is written TWIN.NAME.");
        return TypedResults.Ok(new LedgerView([.. asked.Select(id => lines.GetValueOrDefault(id) ?? new LedgerLine(id, null, null, 0, 0, 0, 0, [], 0))], report.Unattributed));
    }
}
