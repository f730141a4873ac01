using DigitalTwin.Domain.Packml;
using DigitalTwin.Edge.Ingest;

namespace DigitalTwin.Host.Tests.Twins;

/// <summary>One body's way through both cells, and a breakdown on the way: what the gateway says of it, in order.</summary>
internal static class OneBody
{
    public const string Order = MadePlant.Line + ".order-WB1";

    public static IEnumerable<Observation> Observations(RunningTwins twins)
    {
        DateTimeOffset at = MadePlant.Morning;
        foreach (string cell in new[] { MadePlant.First, MadePlant.Last })
        {
            yield return twins.Observed($"{cell}.produced", 0, at);
            yield return twins.Observed($"{cell}.good", 0, at);
            yield return twins.Observed($"{cell}.state", (double)PackmlState.Idle, at);
        }

        foreach (string cell in new[] { MadePlant.First, MadePlant.Last })
        {
            at = at.AddSeconds(10);
            yield return twins.Observed($"{cell}.vehicle", "WB1", at);
            yield return twins.Observed($"{cell}.mode", (double)UnitMode.Production, at);
            yield return twins.Observed($"{cell}.state", (double)PackmlState.Starting, at.AddSeconds(1));
            yield return twins.Observed($"{cell}.state", (double)PackmlState.Execute, at.AddSeconds(2));
            if (cell == MadePlant.First)
            {
                yield return twins.Observed($"{cell}.state", (double)PackmlState.Aborting, at.AddSeconds(3));
                yield return twins.Observed($"{cell}.fault", 4711, at.AddSeconds(3));
            }

            at = at.AddSeconds(40);
            yield return twins.Observed($"{cell}.produced", 1, at);
            yield return twins.Observed($"{cell}.good", 1, at);
            yield return twins.Observed($"{cell}.vehicle", "", at.AddSeconds(1));
        }
    }
}
