using System.Collections.Concurrent;
using System.Net;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Edge.Ledger;
using DigitalTwin.Edge.Link;
using DigitalTwin.Edge.Pki;
using DigitalTwin.Edge.Tests.Ingest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DigitalTwin.Edge.Tests.Link;

/// <summary>The core's end of the link on a real Kestrel with real TLS; store and twins are lists in memory that can be held up or fail.</summary>
internal sealed class TestCore : ITwinInbox, IAsyncDisposable
{
    public const string PlantHash = "ab12";

    private readonly TemporaryFolder folder = new();
    private readonly ConcurrentDictionary<string, ulong> storedSequences = new();
    private readonly WebApplication app;

    private TestCore(SampleStore? store)
    {
        Pki = PlantPki.Open(PkiFolder, TimeProvider.System);
        Clock = new(Time);
        Live = new(Plant.Signals, Clock, Time);
        Gateways = new(Time);
        store ??= new(AppendAsync, StoredSequence, Plant.KeepNothing);
        Ledger = LossLedger.Open(Path.Combine(folder.Path, "ledger"), store.Stored);
        Link = new(new(PlantHash, Credit: 1_000), Live, Clock, Gateways, Rejections, store, this, Ledger, NullLogger<EdgeLink>.Instance);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listener => listener.UseEdgeLinkTls(Pki, TimeProvider.System));
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        app = builder.Build();
        app.UseWebSockets();
        Link.Map(app);
    }

    public VirtualTime Time { get; } = new();
    public PlantClock Clock { get; }
    public LiveValues Live { get; }
    public Gateways Gateways { get; }
    public Rejections Rejections { get; } = new();
    public LossLedger Ledger { get; }
    public EdgeLink Link { get; }
    public PlantPki Pki { get; }
    public string PkiFolder => Path.Combine(folder.Path, "pki");
    public Uri Url => new(app.Urls.Single(url => url.StartsWith("https", StringComparison.Ordinal)).Replace("https", "wss", StringComparison.Ordinal) + "/edge/v1");
    public Uri PlainUrl => new(app.Urls.Single(url => url.StartsWith("http:", StringComparison.Ordinal)) + "/edge/v1");

    /// <summary>What happened, in order: <c>twins 3</c>, <c>store 3</c> (with the highest sequence of the batch).</summary>
    public ConcurrentQueue<string> Happened { get; } = new();
    public ConcurrentQueue<Sample> Stored { get; } = new();
    public ConcurrentQueue<Observation> Told { get; } = new();

    /// <summary>What the store and the twins do before they take a batch.</summary>
    public Func<Task> BeforeStoring { get; set; } = () => Task.CompletedTask;
    public Func<Task> BeforeTelling { get; set; } = () => Task.CompletedTask;

    public static async Task<TestCore> StartAsync(SampleStore? store = null)
    {
        var core = new TestCore(store);
        await core.app.StartAsync();
        return core;
    }

    public async Task DeliverAsync(IReadOnlyList<Observation> observations, CancellationToken cancellation)
    {
        await BeforeTelling();
        foreach (var observation in observations) Told.Enqueue(observation);
        Happened.Enqueue($"twins {observations.Count}");
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Ledger.Dispose();
        Pki.Dispose();
        folder.Dispose();
    }

    private ulong StoredSequence(string bufferId) => storedSequences.GetValueOrDefault(bufferId);

    private async Task AppendAsync(IReadOnlyList<SampleColumns> samples, string bufferId, ulong highestSequence, CancellationToken cancellation)
    {
        await BeforeStoring();
        foreach (var sample in samples.SelectMany(part => part.All())) Stored.Enqueue(sample);
        storedSequences[bufferId] = highestSequence;
        Happened.Enqueue($"store {highestSequence}");
    }
}
