using System.Diagnostics.Metrics;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Edge.Link;
using DigitalTwin.Historian;
using DigitalTwin.Host.Startup;

namespace DigitalTwin.Host.Telemetry;

/// <summary>What the parts count, as one meter.</summary>
public sealed class HostMeters : IDisposable
{
    /// <summary>Folders of the data folder that grow with the plant's life.</summary>
    private static readonly string[] Stored = ["journal", "historian", "projections", "logs"];

    private readonly Meter meter = new("DigitalTwin.Host");

    public HostMeters(EntitySystem system, SampleHistory history, LiveValues live, EdgeLink link, Gateways gateways, Rejections rejections, DataFolder data)
    {
        Count("digitaltwin.journal.events", "{event}", () => system.Committed.Head, "Events in the journal.");
        Count("digitaltwin.samples.received", "{sample}", () => link.Counters.Samples, "Samples received over the edge links since the host started.");
        Count("digitaltwin.samples.missing", "{sample}", () => link.Counters.Missing, "Sequences that no sample and no gap accounted for.");
        Count("digitaltwin.link.malformed", "{link}", () => link.Counters.Malformed, "Links ended because a frame was not right.");
        Count("digitaltwin.link.refused", "{link}", () => link.Counters.Refused, "Links refused at the hello.");
        Count("digitaltwin.samples.stored", "{sample}", () => history.Counts.Stored, "Samples stored since the host started.");
        Count("digitaltwin.samples.duplicates", "{sample}", () => history.Counts.Duplicates, "Samples that came again and were dropped.");
        meter.CreateObservableCounter("digitaltwin.samples.rejected", () => rejections.All.GroupBy(entry => entry.Reason).Select(reason =>
            Of(reason.Sum(entry => entry.Count), "reason", reason.Key)), "{sample}", "Samples that moved nothing, or are doubtful, by reason.");
        meter.CreateObservableGauge("digitaltwin.gateway.buffered", () => gateways.All.Select(gateway =>
            Of(gateway.Buffered, "gateway", gateway.Name)), "{sample}", "Samples that a gateway holds and the core has not acknowledged.");
        meter.CreateObservableGauge("digitaltwin.gateway.behind", () => gateways.All.Select(gateway =>
            Of((long)(gateway.Behind?.TotalSeconds ?? 0), "gateway", gateway.Name)), "s", "How long the oldest sample that a gateway has not sent has waited; 0 while it is not behind.");
        meter.CreateObservableGauge("digitaltwin.gateway.connected", () => gateways.All.Select(gateway =>
            Of(gateway.Connected ? 1 : 0, "gateway", gateway.Name)), "{link}", "1 while the gateway is linked.");
        meter.CreateObservableGauge("digitaltwin.entities.state", () => system.List().GroupBy(status => status.State).Select(state =>
            Of(state.Count(), "state", state.Key.ToString().ToLowerInvariant())), "{entity}", "Entities in memory by what they do: running, restarting, stopped.");
        meter.CreateObservableGauge("digitaltwin.shards.held", () => system.Shards.Count(shard => shard.Mine), "{shard}", "Shards that this host runs.");
        meter.CreateObservableGauge("digitaltwin.signals", () =>
        {
            Freshness now = live.Freshness();
            return new[] { Of(now.Fresh, "freshness", "fresh"), Of(now.Stale, "freshness", "stale"), Of(now.Bad, "freshness", "bad") };
        }, "{signal}", "Signals by freshness.");
        meter.CreateObservableGauge("digitaltwin.storage.size", () => Stored.Where(folder => Directory.Exists(data[folder])).Select(folder =>
            Of(SizeOf(data[folder]), "folder", folder)), "By", "Bytes on disk, by folder of the data folder.");
    }

    public void Dispose() => meter.Dispose();

    private void Count(string name, string unit, Func<long> now, string description) => meter.CreateObservableCounter(name, now, unit, description);

    private static Measurement<long> Of(long value, string label, string name) => new(value, new KeyValuePair<string, object?>(label, name));

    // Files come and go while they are counted.
    private static long SizeOf(string folder) => new DirectoryInfo(folder)
        .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true })
        .Sum(file => file is { Exists: true } ? file.Length : 0);
}
