using DigitalTwin.Domain.Packml;
using DigitalTwin.Host.Tests.Api;

namespace DigitalTwin.Host.Tests.Telemetry;

public class OtlpTests
{
    [Fact]
    public async Task A_collector_gets_traces_and_metrics_of_a_host_that_was_told_its_address()
    {
        await using Collector collector = await Collector.StartAsync();
        using var folder = new TemporaryFolder();
        await using (HostUnderTest host = await HostUnderTest.StartAsync(folder.Path, null, "--otlp", collector.Address))
        {
            await using MadeGateway gateway = await MadeGateway.LinkAsync(host);
            await gateway.ReportAsync(Made.State(MadePlant.Robot, MadePlant.Morning, PackmlState.Execute));
            await host.GetAsync($"/api/v1/twins/{MadePlant.Robot}");
            await collector.HearsAsync("/v1/traces", "GET /api/v1/twins/{id}", "DigitalTwin.Actors", "entity.id", MadePlant.Robot, "entity.kind", "machine", "journal.offset");
            // The newest figures are sent when the host ends, whatever the period.
            Assert.Equal(0, await host.StopAsync());
        }

        await collector.HearsAsync("/v1/metrics", "digitaltwin.journal.events", "digitaltwin.commit.duration", "dotnet.process.cpu.time", "digitaltwin.plant", "leipzig");
    }

    [Fact]
    public async Task The_environment_alone_makes_no_host_send_anything()
    {
        await using Collector collector = await Collector.StartAsync();
        using var folder = new TemporaryFolder();
        await using (HostUnderTest host = await HostUnderTest.StartAsync(folder.Path, ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address)))
        {
            await host.GetAsync("/api/v1/plant");
            Assert.Equal(0, await host.StopAsync());
        }

        Assert.Equal(0, collector.Requests);
    }

    [Fact]
    public async Task A_collector_that_is_away_holds_up_neither_the_host_nor_its_end()
    {
        using var folder = new TemporaryFolder();
        await using HostUnderTest host = await HostUnderTest.StartAsync(folder.Path, null, "--otlp", "http://127.0.0.1:1");
        await host.GetAsync("/api/v1/plant");
        long asked = Environment.TickCount64;
        Assert.Equal(0, await host.StopAsync());
        Assert.InRange(Environment.TickCount64 - asked, 0, 8000);
    }
}
