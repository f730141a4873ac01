using System.Diagnostics.Metrics;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Edge.Link;
using DigitalTwin.Historian;

namespace DigitalTwin.Host.Telemetry;

/// <summary>What the parts count, as one meter.</summary>
public sealed class HostMeters : IDisposable
{
    private readonly Meter meter = new("DigitalTwin.Host");

    public HostMeters(EntitySystem system, SampleHistory history, LiveValues live, EdgeLink link, Gateways gateways, Rejections rejections)
    {
        meter.CreateObservableCounter("digitaltwin.journal.events", () => system.Committed.Head, description: "Events in the journal.");
        meter.CreateObservableGauge("digitaltwin.actors.mailbox", () => system.List().Sum(status => status.Mailbox), description: "Messages that wait in mailboxes.");
        meter.CreateObservableGauge("digitaltwin.actors.running", () => system.List().Count(status => status.State == EntityLifecycle.Running), description: "Running actors.");
        meter.CreateObservableCounter("digitaltwin.samples.received", () => link.Counters.Samples, description: "Samples received over the edge links since the host started.");
        meter.CreateObservableCounter("digitaltwin.samples.missing", () => link.Counters.Missing, description: "Sequences that no sample and no gap accounted for.");
        meter.CreateObservableCounter("digitaltwin.link.malformed", () => link.Counters.Malformed, description: "Links ended because a frame was not right.");
        meter.CreateObservableCounter("digitaltwin.link.refused", () => link.Counters.Refused, description: "Links refused at the hello.");
        meter.CreateObservableCounter("digitaltwin.samples.stored", () => history.Counts.Stored, description: "Samples stored since the host started.");
        meter.CreateObservableCounter("digitaltwin.samples.duplicates", () => history.Counts.Duplicates, description: "Samples that came again and were dropped.");
        meter.CreateObservableCounter("digitaltwin.samples.rejected", () => rejections.All.GroupBy(entry => entry.Reason).Select(reason =>
            new Measurement<long>(reason.Sum(entry => entry.Count), new KeyValuePair<string, object?>("reason", reason.Key))), description: "Samples that moved nothing, by reason.");
        meter.CreateObservableGauge("digitaltwin.gateway.buffered", () => gateways.All.Select(gateway =>
            new Measurement<long>(gateway.Buffered, new KeyValuePair<string, object?>("gateway", gateway.Name))), description: "Samples that a gateway holds and the core has not acknowledged.");
        meter.CreateObservableGauge("digitaltwin.signals", () =>
        {
            Freshness now = live.Freshness();
            return new Measurement<int>[]
            {
                new(now.Fresh, new KeyValuePair<string, object?>("freshness", "fresh")),
                new(now.Stale, new KeyValuePair<string, object?>("freshness", "stale")),
                new(now.Bad, new KeyValuePair<string, object?>("freshness", "bad")),
            };
        }, description: "Signals by freshness.");
    }

    public void Dispose() => meter.Dispose();
}
