using System.Diagnostics.Metrics;
using DigitalTwin.Host.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DigitalTwin.Host.Tests.Telemetry;

public sealed class MetricsTextTests : IDisposable
{
    private readonly Meter meter = new("DigitalTwin.MetricsTextTests");
    private readonly MetricsText metrics = new(NullLogger<MetricsText>.Instance);

    [Fact]
    public void A_histogram_has_cumulative_buckets_whose_last_is_the_count()
    {
        Histogram<double> turns = meter.CreateHistogram<double>("made.turn.duration", "s", "Time of a turn.");
        foreach (double seconds in new[] { 0.00001, 0.0004, 0.0004, 0.3, 99 })
            turns.Record(seconds);
        turns.Record(0.2, new KeyValuePair<string, object?>("kind", "machine"));
        PrometheusText text = Read();
        Assert.Equal("histogram", text.Types["made_turn_duration_seconds"]);
        Assert.Equal((1, 3, 4, 5), (
            text["made_turn_duration_seconds_bucket{le=\"1E-05\"}"], text["made_turn_duration_seconds_bucket{le=\"0.001\"}"],
            text["made_turn_duration_seconds_bucket{le=\"10\"}"], text["made_turn_duration_seconds_bucket{le=\"+Inf\"}"]));
        Assert.Equal(99.30081, text["made_turn_duration_seconds_sum"], 9);
        Assert.Equal(1, text["made_turn_duration_seconds_count{kind=\"machine\"}"]);
        Assert.Equal(1, text["made_turn_duration_seconds_bucket{kind=\"machine\",le=\"0.25\"}"]);
    }

    [Fact]
    public void Buckets_are_those_that_the_instrument_asks_for()
    {
        meter.CreateHistogram("made.batch", "{event}", "Batch.", null, new InstrumentAdvice<long> { HistogramBucketBoundaries = [3, 30] }).Record(4);
        PrometheusText text = Read();
        Assert.Equal(["made_batch_bucket{le=\"3\"}", "made_batch_bucket{le=\"30\"}", "made_batch_bucket{le=\"+Inf\"}"], text.Of("made_batch_bucket").Select(entry => entry.Key));
        Assert.Equal((0, 1), (text["made_batch_bucket{le=\"3\"}"], text["made_batch_bucket{le=\"30\"}"]));
    }

    [Fact]
    public void Names_carry_the_unit_and_counters_end_in_total()
    {
        meter.CreateCounter<long>("made.samples", "{sample}").Add(3);
        meter.CreateCounter<double>("made.busy", "s").Add(1.5);
        meter.CreateUpDownCounter<int>("made.open").Add(-2);
        meter.CreateGauge<double>("made.full", "1").Record(0.25);
        meter.CreateGauge<long>("made.store.size", "By").Record(7);
        meter.CreateGauge<long>("made.store.size", "By").Record(9);
        PrometheusText text = Read();
        Assert.Equal((3, 1.5), (text["made_samples_total"], text["made_busy_seconds_total"]));
        Assert.Equal((-2, 0.25, 9), (text["made_open"], text["made_full_ratio"], text["made_store_size_bytes"]));
        Assert.Equal(("counter", "gauge"), (text.Types["made_samples_total"], text.Types["made_open"]));
    }

    [Fact]
    public void Whatever_a_label_or_a_description_holds_the_text_stays_readable()
    {
        Counter<long> said = meter.CreateCounter<long>("made.said", null, "First line\nsecond \\ line.");
        said.Add(1, new KeyValuePair<string, object?>("what.was-said", "a \"quoted\" \\ back\nand new line"));
        PrometheusText text = Read();
        Assert.Equal("First line\\nsecond \\\\ line.", text.Helps["made_said_total"]);
        Assert.Equal(1, text["made_said_total{what_was_said=\"a \\\"quoted\\\" \\\\ back\\nand new line\"}"]);
    }

    [Fact]
    public void The_order_of_labels_makes_no_other_series_and_the_order_of_lines_is_always_the_same()
    {
        Counter<long> counter = meter.CreateCounter<long>("made.pairs");
        counter.Add(1, new("b", 2), new KeyValuePair<string, object?>("a", 1));
        counter.Add(1, new("a", 1), new KeyValuePair<string, object?>("b", 2));
        counter.Add(1, new("a", 0), new KeyValuePair<string, object?>("b", 9));
        Assert.Equal(["made_pairs_total{a=\"0\",b=\"9\"}", "made_pairs_total{a=\"1\",b=\"2\"}"], Read().Of("made_pairs").Select(entry => entry.Key));
        Assert.Equal(2, Read()["made_pairs_total{a=\"1\",b=\"2\"}"]);
    }

    [Fact]
    public void What_is_observed_no_more_is_told_no_more()
    {
        string[] gateways = ["north", "south"];
        meter.CreateObservableGauge("made.buffered", () => gateways.Select(name => new Measurement<int>(5, new KeyValuePair<string, object?>("gateway", name))));
        Assert.Equal(2, Read().Of("made_buffered").Count());
        gateways = ["south"];
        Assert.Equal("made_buffered{gateway=\"south\"}", Assert.Single(Read().Of("made_buffered")).Key);
    }

    [Fact]
    public void An_instrument_that_fails_takes_no_other_with_it()
    {
        meter.CreateObservableGauge("made.broken", new Func<int>(() => throw new IOException("the disk is gone")));
        meter.CreateObservableGauge("made.sound", () => 4);
        Assert.Equal(4, Read()["made_sound"]);
    }

    [Fact]
    public void Labels_without_end_take_no_memory_without_end()
    {
        Counter<long> counter = meter.CreateCounter<long>("made.flood");
        for (int i = 0; i < 5000; i++)
            counter.Add(1, new KeyValuePair<string, object?>("id", i));
        KeyValuePair<string, double>[] series = [.. Read().Of("made_flood")];
        Assert.Equal(1001, series.Length);
        Assert.Equal(5000, series.Sum(entry => entry.Value));
        Assert.Equal(4000, Read()["made_flood_total{otel_metric_overflow=\"true\"}"]);
    }

    [Fact]
    public void Measuring_a_known_series_allocates_nothing()
    {
        Histogram<double> turns = meter.CreateHistogram<double>("made.quiet", "s");
        var kind = new KeyValuePair<string, object?>("kind", "machine");
        turns.Record(0.1, kind);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
            turns.Record(0.1, kind);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }

    private PrometheusText Read() => PrometheusText.Read(metrics.Write());

    public void Dispose()
    {
        metrics.Dispose();
        meter.Dispose();
    }
}
