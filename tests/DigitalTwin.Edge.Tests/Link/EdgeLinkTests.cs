using System.Net.WebSockets;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Edge.Link;
using DigitalTwin.Edge.Tests.Ingest;
using DigitalTwin.Historian;

namespace DigitalTwin.Edge.Tests.Link;

public sealed class EdgeLinkTests
{
    private static readonly Row Executes = new(1, 1, 6);
    private static readonly Row Aborts = new(1, 2, 8);
    private static readonly Row Vibrates = new(0, 2, 3.25);

    [Fact]
    public async Task Samples_are_acknowledged_only_when_twins_and_history_hold_them()
    {
        await using var core = await TestCore.StartAsync();
        var storing = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        core.BeforeStoring = () =>
        {
            storing.TrySetResult();
            return goOn.Task;
        };
        await using var gateway = await TestGateway.LinkAsync(core);
        await gateway.SendAsync(1, Executes, Vibrates, Aborts);
        await storing.Task.WaitAsync(TestGateway.Patience);

        Assert.Equal(["twins 2"], core.Happened);
        Assert.Equal(8, core.Live.Find(Plant.State.Id)!.Sample!.Value.Number);
        goOn.SetResult();
        await gateway.WaitForAckAsync(3);
        Assert.Equal(["twins 2", "store 3"], core.Happened);
        Assert.Equal(3, core.Stored.Count);
        Assert.Equal(3, gateway.Credit);
        Assert.Equal(1_000u, gateway.Core.Credit);
    }

    [Fact]
    public async Task After_a_cut_the_gateway_resumes_where_the_core_has_stored_and_nothing_is_stored_twice()
    {
        await using var core = await TestCore.StartAsync();
        await using (var first = await TestGateway.LinkAsync(core))
        {
            Assert.Equal(0ul, first.Core.StoredSequence);
            await first.SendAsync(1, Executes, Vibrates);
            await first.WaitForAckAsync(2);
            first.Drop();
        }
        await using var again = await TestGateway.LinkAsync(core);
        Assert.Equal(2ul, again.Core.StoredSequence);
        await again.SendAsync(1, Executes, Vibrates, Aborts);   // all of it, as if the acknowledgement had been lost
        await again.WaitForAckAsync(3);

        Assert.Equal([1ul, 2, 3], core.Stored.Select(sample => sample.Sequence));
        Assert.Equal(2, core.Rejections.Of(RejectReason.Duplicate));
    }

    [Fact]
    public async Task What_a_gateway_tells_ahead_of_its_backlog_is_shown_at_once_and_nothing_else_comes_of_it()
    {
        await using var core = await TestCore.StartAsync();
        var goOn = new TaskCompletionSource();
        core.BeforeTelling = () => goOn.Task;   // the stages stand, full of older samples
        await using var gateway = await TestGateway.LinkAsync(core);
        Assert.True(gateway.Core.TakesNewest);
        for (var i = 0; i < 100; i++) await gateway.SendAsync((ulong)i + 1, new Row(1, i, i));
        await gateway.SendAsync(new Frame { Newest = new() { Rows = Plant.Frame(0, new Row(1, 600, 500), new Row(0, 600, 9)), AgeMs = { 300, 20 } } });
        for (var version = core.Live.Version; core.Live.Find(Plant.Vibration.Id)!.Sample is null; version = core.Live.Version)
            await core.Live.WaitForChangeAsync(version, CancellationToken.None).WaitAsync(TestGateway.Patience);
        Assert.Empty(core.Happened);
        goOn.SetResult();
        await gateway.WaitForAckAsync(100);

        Assert.Equal(500, core.Live.Find(Plant.State.Id)!.Sample!.Value.Number);
        Assert.Equal(9, core.Live.Find(Plant.Vibration.Id)!.Sample!.Value.Number);
        Assert.Equal(Enumerable.Range(1, 100).Select(sequence => (ulong)sequence), core.Stored.Select(sample => sample.Sequence));
        Assert.Equal(Enumerable.Range(0, 100).Select(number => (double)number), core.Told.OfType<Observation.Reported>().Select(report => report.Sample.Number));
        Assert.Equal((Plant.State.Id, 100), core.Ledger.Report().Lines.Select(line => (line.Signal, (int)line.Stored)).Single());
        Assert.Equal((100, 0), (gateway.Credit, core.Rejections.All.Count));
    }

    [Fact]
    public async Task A_buffer_made_anew_starts_over()
    {
        await using var core = await TestCore.StartAsync();
        await using (var first = await TestGateway.LinkAsync(core))
        {
            await first.SendAsync(1, Executes);
            await first.WaitForAckAsync(1);
        }
        await using var anew = await TestGateway.LinkAsync(core, "buffer-2");
        Assert.Equal(0ul, anew.Core.StoredSequence);
    }

    [Fact]
    public async Task A_newer_connection_takes_over_when_the_older_one_has_stored_what_it_took_in()
    {
        await using var core = await TestCore.StartAsync();
        var storing = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        core.BeforeStoring = () =>
        {
            storing.TrySetResult();
            return goOn.Task;
        };
        await using var older = await TestGateway.LinkAsync(core);
        await older.SendAsync(1, Executes, Vibrates);
        await storing.Task.WaitAsync(TestGateway.Patience);
        var linking = TestGateway.LinkAsync(core);
        goOn.SetResult();

        await using var newer = await linking;
        Assert.Equal(2ul, newer.Core.StoredSequence);
        Assert.Equal((WebSocketCloseStatus.PolicyViolation, "a newer connection of the same gateway took over"), await older.WaitForCloseAsync());
        Assert.True(Assert.Single(core.Gateways.All).Connected);
    }

    [Fact]
    public async Task When_history_cannot_store_nothing_is_acknowledged_and_everything_comes_again()
    {
        await using var core = await TestCore.StartAsync();
        core.BeforeStoring = () => throw new IOException("No space left on device");
        await using (var gateway = await TestGateway.LinkAsync(core))
        {
            await gateway.SendAsync(1, Executes, Vibrates);
            Assert.Equal((WebSocketCloseStatus.InternalServerError, "the core could not store: No space left on device"), await gateway.WaitForCloseAsync());
            Assert.Equal(0ul, gateway.Acknowledged);
        }
        core.BeforeStoring = () => Task.CompletedTask;
        await using var again = await TestGateway.LinkAsync(core);
        Assert.Equal(0ul, again.Core.StoredSequence);
        await again.SendAsync(1, Executes, Vibrates);
        await again.WaitForAckAsync(2);
        Assert.Equal(2, core.Stored.Count);
    }

    [Fact]
    public async Task When_twins_cannot_record_nothing_goes_into_history_ahead_of_them()
    {
        await using var core = await TestCore.StartAsync();
        core.BeforeTelling = () => throw new IOException("journal is away");
        await using (var gateway = await TestGateway.LinkAsync(core))
        {
            await gateway.SendAsync(1, Executes);
            Assert.Equal(WebSocketCloseStatus.InternalServerError, (await gateway.WaitForCloseAsync()).Status);
        }
        Assert.Empty(core.Stored);

        // The next connection starts with an empty filter: the twin hears the state that it has not recorded.
        core.BeforeTelling = () => Task.CompletedTask;
        await using var again = await TestGateway.LinkAsync(core);
        await again.SendAsync(1, Executes);
        await again.WaitForAckAsync(1);
        Assert.Equal(6, Assert.IsType<Observation.Reported>(Assert.Single(core.Told)).Sample.Number);
    }

    [Fact]
    public async Task A_gap_is_told_and_acknowledged_like_a_sample()
    {
        await using var core = await TestCore.StartAsync();
        await using var gateway = await TestGateway.LinkAsync(core);
        var gap = new Gap { Sequence = 1, FromUs = Plant.Micros(Plant.T0), ToUs = Plant.Micros(Plant.T0.AddSeconds(3)), Reason = "gateway-restart" };
        gap.Signal.Add([0, 1]);
        await gateway.SendAsync(new Frame { Gap = gap });
        await gateway.WaitForAckAsync(1);

        var unseen = Assert.IsType<Observation.NotObserved>(Assert.Single(core.Told));
        Assert.Equal((2, "gateway-restart"), (unseen.Signals.Count, unseen.Gap.Reason));
    }

    [Fact]
    public async Task A_tick_brings_plant_time_and_the_state_of_the_gateway()
    {
        await using var core = await TestCore.StartAsync();
        await using (var gateway = await TestGateway.LinkAsync(core))
        {
            var tick = new Tick { Counter = 4, BootId = "boot-1", PlantTimeUs = Plant.Micros(Plant.T0), Speed = 20, Buffered = 17, Dropped = 2 };
            tick.Endpoints.Add(new EndpointStatus { Name = "body-line1", State = "connected", Detail = "266 signals", ServerCertificateUntilUs = Plant.Micros(Plant.T0.AddDays(9)) });
            await gateway.SendAsync(new Frame { Tick = tick });
            await gateway.SendAsync(1, Executes);   // frames are taken in order: when this is acknowledged the tick is known
            await gateway.WaitForAckAsync(1);

            core.Time.Advance(2);
            Assert.Equal((Plant.T0.AddSeconds(40), 20.0), (core.Clock.Now!.Value, core.Clock.Speed));
            await gateway.SendAsync(new Frame { Tick = new() { Counter = 4, BootId = "boot-1", PlantTimeUs = Plant.Micros(Plant.T0.AddSeconds(40)), Speed = 20, ClockStands = true, Buffered = 17, Dropped = 2, BehindSeconds = 83.5, LevelInSeconds = double.NaN, Endpoints = { tick.Endpoints } } });
            await Eventually(() => core.Clock.Running is null);
            var status = Assert.Single(core.Gateways.All);
            Assert.Equal(("gateway", true, "boot-1", 17L, 2L, 4L), (status.Name, status.Connected, status.BootId, status.Buffered, status.Dropped, status.Tick));
            await Eventually(() => (Assert.Single(core.Gateways.All).Behind, status.LevelIn) == (TimeSpan.FromSeconds(83.5), null));
            Assert.Equal(new EndpointState("body-line1", "connected", "266 signals", ServerCertificateUntil: Plant.T0.AddDays(9)), Assert.Single(status.Endpoints));
        }
        await Eventually(() => !core.Gateways.AnyConnected);
        Assert.Equal((17, null), (Assert.Single(core.Gateways.All).Buffered, Assert.Single(core.Gateways.All).Behind));
    }

    [Fact]
    public async Task A_malformed_frame_ends_the_connection_with_its_reason_and_is_counted()
    {
        await using var core = await TestCore.StartAsync();
        await using (var gateway = await TestGateway.LinkAsync(core))
        {
            await gateway.SendAsync([0x1A, 0xFF, 0xFF, 0xFF]);
            var (status, reason) = await gateway.WaitForCloseAsync();
            Assert.Equal(WebSocketCloseStatus.InvalidPayloadData, status);
            Assert.StartsWith("a frame of 4 bytes is no edge.proto Frame", reason, StringComparison.Ordinal);
        }
        await using (var gateway = await TestGateway.LinkAsync(core))
        {
            var frame = Plant.Frame(1, Executes, Aborts);
            frame.Signal.RemoveAt(0);
            await gateway.SendAsync(new Frame { Samples = frame });
            Assert.Equal((WebSocketCloseStatus.InvalidPayloadData, "columns signal, source_dt_us, server_dt_us and value differ in length"), await gateway.WaitForCloseAsync());
        }
        await using (var gateway = await TestGateway.LinkAsync(core))
        {
            await gateway.SendAsync(new Frame { Ack = new() { Sequence = 1 } });
            Assert.Equal((WebSocketCloseStatus.InvalidPayloadData, "a gateway does not send Ack"), await gateway.WaitForCloseAsync());
        }
        Assert.Equal(3, core.Link.Counters.Malformed);
        Assert.Empty(core.Stored);
    }

    [Fact]
    public async Task A_gateway_under_another_name_or_with_another_plant_definition_is_refused()
    {
        await using var core = await TestCore.StartAsync();
        await using (var gateway = await TestGateway.ConnectAsync(core))
        {
            await gateway.GreetAsync(name: "paint");
            Assert.Equal((WebSocketCloseStatus.PolicyViolation, "gateway 'paint' came with the certificate of 'gateway'"), await gateway.WaitForCloseAsync());
        }
        await using (var gateway = await TestGateway.ConnectAsync(core))
        {
            await gateway.GreetAsync(hash: "cd34");
            var (status, reason) = await gateway.WaitForCloseAsync();
            Assert.Equal(WebSocketCloseStatus.PolicyViolation, status);
            Assert.Contains("same --plant file", reason, StringComparison.Ordinal);
        }
        Assert.Equal(2, core.Link.Counters.Refused);
        Assert.Empty(core.Gateways.All);
    }

    /// <summary>Cuts at random moments, with the real historian behind the link: each sample is in history once.</summary>
    [Fact]
    public async Task Through_many_cuts_history_holds_every_sample_once_and_the_ledger_counts_it_once()
    {
        using var folder = new TemporaryFolder();
        await using var history = SampleHistory.Open(folder.Path, TimeProvider.System);
        await using var core = await TestCore.StartAsync(new(history.AppendAsync, history.StoredSequence, Plant.KeepNothing));
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        const ulong all = 4_000;
        for (var stored = 0ul; stored < all;)
        {
            await using var gateway = await TestGateway.LinkAsync(core);
            stored = gateway.Core.StoredSequence;
            var cutAfter = random.Next(1, 30);
            for (var first = stored + 1; first <= all && cutAfter-- > 0; first += 50)
            {
                var rows = Enumerable.Range(0, (int)Math.Min(50, all - first + 1)).Select(i => new Row(i % 2, (first + (ulong)i) * 0.01, (first + (ulong)i) % 18)).ToArray();
                await gateway.SendAsync(first, rows);
            }
            if (stored < all && cutAfter > 0) await gateway.WaitForAckAsync(all);
            if (stored < all) continue;
            await gateway.SendAsync(new Frame { Counts = new() { Sequence = all, Since = 1, Signal = { 0, 1 }, Sampled = { all / 2, all / 2 } } });
            await gateway.SendAsync(all + 1, new Row(3, 0, 1));   // frames are taken in order: when this is acknowledged the counts are known
            await gateway.WaitForAckAsync(all + 1);
        }

        var samples = (await history.ReadAsync(Plant.Vibration.Id, Plant.T0, Plant.T0.AddDays(1)))
            .Concat(await history.ReadAsync(Plant.State.Id, Plant.T0, Plant.T0.AddDays(1)));
        Assert.True(Enumerable.Range(1, (int)all).SequenceEqual(samples.Select(sample => (int)sample.Sequence).Order()), $"seed {seed}");
        foreach (var line in core.Ledger.Report().Lines.Where(line => line.Signal != Plant.Mode.Id))
            Assert.Equal((all / 2, all / 2, all / 2, all / 2, 0L), ((ulong)line.Expected, (ulong)line.Sampled, (ulong)line.Sent, (ulong)line.Stored, line.Unexplained));
    }

    private static async Task Eventually(Func<bool> condition)
    {
        var deadline = DateTime.UtcNow + TestGateway.Patience;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < deadline, "waited in vain");
            await Task.Delay(5);
        }
    }
}
