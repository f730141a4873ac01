using System.Net;
using System.Net.Security;
using System.Text.Json;
using DigitalTwin.Host.Tests.Telemetry;

namespace DigitalTwin.Host.Tests.Api;

[Collection("host")]
public class EngineApiTests(ScenarioHost scenario)
{
    private HostUnderTest Host => scenario.Host;

    [Fact]
    public async Task The_plant_shows_its_clock_its_shift_its_gateway_and_how_well_it_is_seen()
    {
        JsonElement plant = await Host.GetAsync("/api/v1/plant");
        Assert.Equal(("leipzig", "Europe/Berlin"), (plant.GetProperty("id").GetString(), plant.GetProperty("timeZone").GetString()));
        JsonElement clock = plant.GetProperty("clock"), line = Assert.Single(plant.GetProperty("lines").EnumerateArray()), gateway = Assert.Single(plant.GetProperty("gateways").EnumerateArray());
        Assert.InRange(clock.GetProperty("plantTime").GetDateTimeOffset(), ScenarioHost.Announced, ScenarioHost.Announced.AddMinutes(10));
        Assert.Equal((ScenarioHost.Announced - DateTimeOffset.UtcNow).TotalSeconds, clock.GetProperty("offsetSeconds").GetDouble(), 600.0);
        Assert.Equal(1, clock.GetProperty("speed").GetDouble());
        Assert.Equal((MadePlant.Line, "leipzig.body", MadePlant.Last), (line.GetProperty("id").GetString(), line.GetProperty("area").GetString(), line.GetProperty("constraintStation").GetString()));
        Assert.Equal("early", plant.GetProperty("shift").GetProperty("name").GetString());
        Assert.Equal(("gateway", true, 3, 2), (gateway.GetProperty("name").GetString(), gateway.GetProperty("connected").GetBoolean(), gateway.GetProperty("buffered").GetInt32(), gateway.GetProperty("dropped").GetInt32()));
        Assert.Equal("connected", gateway.GetProperty("endpoints")[0].GetProperty("state").GetString());
        JsonElement freshness = plant.GetProperty("freshness");
        int signals = MadePlant.Definition.Signals.Count();
        Assert.Equal(signals, freshness.GetProperty("signals").GetInt32());
        Assert.Equal(signals, freshness.GetProperty("fresh").GetInt32() + freshness.GetProperty("stale").GetInt32() + freshness.GetProperty("bad").GetInt32());
    }

    [Fact]
    public async Task The_connections_show_every_hop_from_the_servers_to_the_host()
    {
        JsonElement connections = await Host.GetAsync("/api/v1/connections"), gateway = Assert.Single(connections.GetProperty("gateways").EnumerateArray());
        Assert.Equal(("gateway", true, 3, 2), (gateway.GetProperty("name").GetString(), gateway.GetProperty("connected").GetBoolean(), gateway.GetProperty("buffered").GetInt32(), gateway.GetProperty("dropped").GetInt32()));
        Assert.InRange(gateway.GetProperty("tickAge").GetDouble(), 0, 600);
        Assert.Equal((83.5, 41), (gateway.GetProperty("behind").GetDouble(), gateway.GetProperty("levelIn").GetDouble()));
        JsonElement easing = gateway.GetProperty("easing");
        Assert.Equal((1, "its buffer is 61 % full", 0.5, 0), (easing.GetProperty("level").GetInt32(), easing.GetProperty("why").GetString(), easing.GetProperty("diagnosticSeconds").GetDouble(), easing.GetProperty("telemetrySeconds").GetDouble()));
        Assert.EndsWith("Z", easing.GetProperty("since").GetString(), StringComparison.Ordinal);
        JsonElement endpoint = Assert.Single(connections.GetProperty("endpoints").EnumerateArray()), signals = endpoint.GetProperty("signals");
        Assert.Equal((MadePlant.Definition.Endpoints[0].Name, MadePlant.Definition.Endpoints[0].SecurityPolicy), (endpoint.GetProperty("name").GetString(), endpoint.GetProperty("securityPolicy").GetString()));
        Assert.Equal(("gateway", "connected", "20 signals"), (endpoint.GetProperty("gateway").GetString(), endpoint.GetProperty("state").GetString(), endpoint.GetProperty("detail").GetString()));
        Assert.Equal(MadePlant.Definition.Signals.Count(), signals.GetProperty("signals").GetInt32());
        Assert.Equal(signals.GetProperty("signals").GetInt32(), signals.GetProperty("fresh").GetInt32() + signals.GetProperty("stale").GetInt32() + signals.GetProperty("bad").GetInt32());
        Assert.InRange(endpoint.GetProperty("valueAge").GetDouble(), 0, 600);
        Assert.InRange(endpoint.GetProperty("lag").GetDouble(), -0.1, 60);   // made and received on one machine: only the link lies between
        JsonElement server = endpoint.GetProperty("serverCertificate"), own = endpoint.GetProperty("gatewayCertificate");
        Assert.InRange(server.GetProperty("daysLeft").GetDouble(), 12, 13);
        Assert.Equal(14, server.GetProperty("withinDays").GetInt32());
        Assert.InRange(own.GetProperty("daysLeft").GetDouble(), 399, 400);
        Assert.Equal(JsonValueKind.Null, own.GetProperty("withinDays").ValueKind);
        JsonElement[] certificates = [.. connections.GetProperty("certificates").EnumerateArray()];
        Assert.Equal(["ca", "core", "gateway"], certificates.Select(certificate => certificate.GetProperty("name").GetString()));
        Assert.InRange(certificates[0].GetProperty("daysLeft").GetDouble(), 3640, 3650);
        Assert.All(certificates[1..], certificate => Assert.InRange(certificate.GetProperty("daysLeft").GetDouble(), 360, 365));
    }

    [Fact]
    public async Task Actors_and_journal_show_what_runs_underneath()
    {
        await Wait.UntilAsync(async () => (await Host.GetAsync("/api/v1/journal")).GetProperty("lag").GetInt64() == 0, "what is shown to have all that is recorded");
        JsonElement actors = await Host.GetAsync("/api/v1/actors"), journal = await Host.GetAsync("/api/v1/journal");
        JsonElement station = actors.GetProperty("actors").EnumerateArray().Single(actor => actor.GetProperty("id").GetString() == MadePlant.Last);
        Assert.Equal(("station", "running", 0), (station.GetProperty("kind").GetString(), station.GetProperty("state").GetString(), station.GetProperty("restarts").GetInt32()));
        Assert.Equal(MadePlant.Line, station.GetProperty("shard").GetString());
        Assert.True(station.GetProperty("lastMessage").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddMinutes(-10));
        Assert.True(station.GetProperty("processed").GetInt64() > 20);
        JsonElement totals = actors.GetProperty("totals");
        Assert.Equal((actors.GetProperty("actors").GetArrayLength(), 0, 0), (totals.GetProperty("inMemory").GetInt32(), totals.GetProperty("stopped").GetInt32(), totals.GetProperty("deadLettersLost").GetInt32()));
        Assert.Equal("sqlite", journal.GetProperty("store").GetString());
        JsonElement commits = journal.GetProperty("commits");
        Assert.InRange(commits.GetProperty("seen").GetInt64(), 10, journal.GetProperty("events").GetInt64());
        Assert.True(commits.GetProperty("lastMilliseconds").GetDouble() > 0);
        Assert.True(commits.GetProperty("p50Milliseconds").GetDouble() <= commits.GetProperty("p99Milliseconds").GetDouble());
        Assert.Equal(journal.GetProperty("events").GetInt64(), journal.GetProperty("headOffset").GetInt64());
        Assert.Matches("^[0-9a-f]{64}$", journal.GetProperty("headHash").GetString());
        Assert.True(journal.GetProperty("entities").GetInt32() >= 4);
    }

    [Fact]
    public async Task Line_and_plant_are_shards_that_this_host_runs_under_an_epoch_each()
    {
        JsonElement[] shards = [.. (await Host.GetAsync("/api/v1/shards")).GetProperty("items").EnumerateArray()];
        Assert.Equal(["leipzig", MadePlant.Line], shards.Select(shard => shard.GetProperty("shard").GetString()));
        Assert.All(shards, shard => Assert.True(shard.GetProperty("mine").GetBoolean()));
        Assert.All(shards, shard => Assert.InRange(shard.GetProperty("expiresInSeconds").GetDouble(), 0.1, 15));
        Assert.Equal(2, shards.Select(shard => shard.GetProperty("epoch").GetInt64()).Distinct().Count());
        Assert.Single(shards.Select(shard => shard.GetProperty("owner").GetString()).Distinct());
    }

    [Fact]
    public async Task A_page_from_elsewhere_cannot_make_a_browser_change_anything()
    {
        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/api/v1/dead-letters/leipzig-1/replay");
        foreign.Headers.Add("Origin", "http://elsewhere.example");
        using HttpResponseMessage refused = await Host.Http.SendAsync(foreign);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("FOREIGN_ORIGIN", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var own = new HttpRequestMessage(HttpMethod.Post, "/api/v1/dead-letters/leipzig-1/replay");
        own.Headers.Add("Origin", Host.Http.BaseAddress!.GetLeftPart(UriPartial.Authority));
        using HttpResponseMessage answer = await Host.Http.SendAsync(own);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task It_is_alive_and_ready()
    {
        Assert.Equal("live", (await Host.GetAsync("/health/live")).GetProperty("status").GetString());
        JsonElement[] checks = [.. (await Host.GetAsync("/health/ready")).GetProperty("checks").EnumerateArray()];
        Assert.Equal(["journal", "gateway", "signals", "shards", "twins", "projections"], checks.Select(check => check.GetProperty("name").GetString()));
        Assert.All(checks, check => Assert.True(check.GetProperty("ok").GetBoolean()));
    }

    [Fact]
    public async Task Metrics_are_prometheus_text()
    {
        using HttpResponseMessage answer = await Host.Http.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4", answer.Content.Headers.ContentType?.ToString().Replace("; charset=utf-8", "", StringComparison.Ordinal));
        PrometheusText metrics = PrometheusText.Read(await answer.Content.ReadAsStringAsync());
        Assert.True(metrics["digitaltwin_journal_events_total"] > 50);
        Assert.True(metrics["digitaltwin_samples_stored_total"] > 1000);
        Assert.Equal(MadePlant.Definition.Signals.Count(), metrics.Of("digitaltwin_signals{").Sum(entry => entry.Value));
        Assert.Equal(3, metrics["digitaltwin_gateway_buffered{gateway=\"gateway\"}"]);
        Assert.Equal(83, metrics["digitaltwin_gateway_behind_seconds{gateway=\"gateway\"}"]);
        Assert.True(metrics["digitaltwin_storage_size_bytes{folder=\"journal\"}"] > 4096);
        Assert.True(metrics["dotnet_process_memory_working_set_bytes"] > 1e7);
        Assert.NotEmpty(metrics.Of("dotnet_gc_last_collection_heap_size_bytes"));
        Assert.True(metrics["dotnet_thread_pool_thread_count"] >= 1);
        Assert.True(metrics["digitaltwin_commit_duration_seconds_count"] >= 10);
        Assert.Equal(metrics["digitaltwin_commit_size_count"], metrics["digitaltwin_commit_duration_seconds_count"]);
        Assert.True(metrics["digitaltwin_turn_duration_seconds_sum"] > 0);
        Assert.True(metrics["digitaltwin_recovery_duration_seconds_count"] >= 4);
        Assert.True(metrics["digitaltwin_mailbox_depth{of=\"all\"}"] >= metrics["digitaltwin_mailbox_depth{of=\"deepest\"}"]);
        Assert.Equal(2, metrics["digitaltwin_shards_held"]);
        Assert.True(metrics["digitaltwin_entities"] >= 4);
        Assert.True(metrics.Of("dotnet_process_cpu_time_seconds_total").Sum(entry => entry.Value) > 0);
    }

    [Fact]
    public async Task The_description_lists_every_path()
    {
        JsonElement paths = (await Host.GetAsync("/openapi/v1.json")).GetProperty("paths");
        Assert.Equal(
            [
                "/api/v1/actors", "/api/v1/connections", "/api/v1/context", "/api/v1/cuts", "/api/v1/dead-letters", "/api/v1/dead-letters/{id}/replay", "/api/v1/diff", "/api/v1/history/{signal}", "/api/v1/journal", "/api/v1/kpis",
                "/api/v1/ledger", "/api/v1/notes", "/api/v1/notes/{id}/withdraw", "/api/v1/oee/{id}/losses", "/api/v1/plant", "/api/v1/projections", "/api/v1/projections/{name}/rebuild", "/api/v1/shards", "/api/v1/signals",
                "/api/v1/stop-reasons", "/api/v1/stops", "/api/v1/stops/{id}/code", "/api/v1/stops/{id}/split", "/api/v1/stops/{id}/undo", "/api/v1/stream", "/api/v1/tags", "/api/v1/tags/export", "/api/v1/tags/history", "/api/v1/tariff",
                "/api/v1/twins", "/api/v1/twins/{id}", "/api/v1/twins/{id}/events", "/api/v1/twins/{id}/states", "/api/v1/waveforms", "/api/v1/waveforms/{hash}",
            ],
            paths.EnumerateObject().Select(path => path.Name).Order(StringComparer.Ordinal));
        Assert.All(paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject()), verb => Assert.NotEmpty(verb.Value.GetProperty("summary").GetString()!));
    }

    [Fact]
    public async Task Problems_that_the_web_server_finds_carry_a_code_too()
    {
        await Host.RefusalAsync("/health/live", HttpStatusCode.MethodNotAllowed, "INVALID", HttpMethod.Delete);
        await Host.RefusalAsync("/api/v1/twins", HttpStatusCode.NotFound, "NOT_FOUND", HttpMethod.Delete);
    }

    [Fact]
    public async Task Browsers_are_told_to_run_nothing_of_others()
    {
        using HttpResponseMessage answer = await Host.Http.GetAsync("/api/v1/plant");
        string policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/v1/plant")]
    [InlineData("/health/live")]
    [InlineData("/metrics")]
    [InlineData("/edge/other")]
    public async Task The_edge_listener_serves_the_edge_link_alone(string path)
    {
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.ClientCertificates = [MadeGateway.Certificate(Host.Data)];
        handler.SslOptions.LocalCertificateSelectionCallback = (_, _, own, _, _) => own[0];
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, errors) => errors != SslPolicyErrors.RemoteCertificateNotAvailable;
        using var http = new HttpClient(handler);
        using HttpResponseMessage answer = await http.GetAsync($"https://127.0.0.1:{Host.EdgePort}{path}");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task The_edge_link_is_not_served_to_the_page()
    {
        using HttpResponseMessage answer = await Host.Http.GetAsync("/edge/v1");
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }
}
