using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Mailboxes;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Stops;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Edge.Link;
using DigitalTwin.Edge.Pki;
using DigitalTwin.Host.Api;
using DigitalTwin.Host.Children;
using DigitalTwin.Host.Streaming;
using DigitalTwin.Host.Telemetry;
using DigitalTwin.Host.Twins;
using DigitalTwin.Host.Twins.Cuts;
using DigitalTwin.Host.Twins.Projections;
using DigitalTwin.Host.Twins.Stops;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.FileProviders;

namespace DigitalTwin.Host.Startup;

/// <summary>Puts the host together, runs it, and takes it apart again in the order in which nothing is lost.</summary>
public static class HostApplication
{
    /// <summary>Long enough for children and open requests, short enough that nothing is left five seconds after the parent is gone.</summary>
    private static readonly TimeSpan ShutdownWithin = TimeSpan.FromSeconds(4);

    /// <summary>Nothing is left five seconds after the end was asked for, whatever hangs.</summary>
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(4.3);

    /// <summary>Messages that wait in mailboxes at the end are worked off for so long.</summary>
    private static readonly TimeSpan DrainWithin = TimeSpan.FromSeconds(2);

    /// <summary>The lease of a host that was killed has run out by then.</summary>
    private static readonly TimeSpan TakeWithin = new EntitySystemOptions().LeaseTime + TimeSpan.FromSeconds(5);

    /// <summary>Runs until Ctrl-C, SIGTERM, or the end of the <c>dotnet run</c> that started it.</summary>
    /// <exception cref="StartupException">It cannot start.</exception>
    /// <param name="parent">Who started this process, asked before anything else.</param>
    public static async Task RunAsync(LaunchOptions options, ParentProcess parent, HostLogs logs)
    {
        using DataFolder data = DataFolder.Hold(options.Data);
        PlantSource source = PlantSource.Read(options.Plant);
        if (!options.Attach)
        {
            EmbeddedPlant.CheckNode();
            PortsFile.Clear(data);
        }

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = data.Path });
        // The command line alone says where this host listens: no variable or file of the environment may open another port.
        builder.Configuration.Sources.Clear();
        builder.Services.AddSingleton(logs).AddSingleton(logs.Factory);
        using OtlpExport? export = options.Otlp is { } collector ? new OtlpExport(collector, source.Plant.Id) : null;
        TimeProvider time = TimeProvider.System;
        await using Stores stores = Stores.Open(data, source.Plant, options.Postgres, options.Retention, time, logs.Factory.CreateLogger("historian"));

        var clock = new PlantClock(time);
        var live = new LiveValues(source.Plant.Signals, clock, time);
        IReadOnlyList<Sample> newest = await stores.History.NewestAsync();
        live.Restore(newest);
        DateTimeOffset? newestSample = newest.Count > 0 ? newest.Max(sample => sample.SourceTime) : null;
        var model = new TwinModel(source.Plant, stores.Journal);
        var times = new TimeIndex();
        var archive = new WorkOrderArchive(stores.Journal);
        ILogger projections = logs.Factory.CreateLogger("projections");
        using CutHistory cuts = Read(data, () => new CutHistory(stores.Projections, stores.Journal, archive, model.Now.Places, projections));
        var checkpoints = new Checkpoints(stores.Projections, model, times, cuts, stores.Journal, TimeSpan.FromSeconds(1), projections);
        // Twins record before history stores, so either may know the newer time.
        var plantTime = new PlantTime(clock, () => newestSample > model.Now.PlantTime ? newestSample : model.Now.PlantTime ?? newestSample);
        var actors = new ActorLog(logs.Factory);
        // Before the engine, so that its first steps are counted too.
        using var metrics = new MetricsText(logs.Factory.CreateLogger<MetricsText>());
        using var commits = new CommitFigures();
        var shards = new LineShards(source.Plant);
        // Not disposed where a thread of it hangs in the disk: that would wait for it for ever.
        var dispatcher = new ThreadPoolDispatcher();
        using var heart = new Heartbeat(dispatcher, time);
        await using EntitySystem system = Read(data, () => new EntitySystem(stores.Journal, new EntitySystemOptions
        {
            Time = time,
            PlantTime = plantTime,
            Dispatcher = dispatcher,
            ShardOf = shards.Of,
            Snapshots = stores.Recorded.Snapshots,
            OnFault = actors.Fault,
            OnDeadLetter = actors.DeadLetter,
            OnNotice = actors.Notice,
        }));
        var twins = new TwinEntities(system, source.Plant);
        var feed = new TwinFeed(system, stores.Journal, model, twins, source.Plant, checkpoints, logs.Factory.CreateLogger<TwinFeed>());
        Read(data, () =>
        {
            feed.CatchUp();
            return feed;
        });
        await Task.WhenAll(shards.All.Select(shard => TakeAsync(system, shard, logs)));
        try
        {
            await twins.ConfigureAsync(model, CancellationToken.None);
        }
        catch (Exception fault) when (fault is InvalidOperationException or TimeoutException or IOException)
        {
            throw new StartupException(1, $"The twins cannot be brought up from the journal in {data.Path}: {fault.Message}", fault);
        }

        IServiceCollection services = builder.Services;
        services.AddSingleton(options).AddSingleton(parent).AddSingleton(data).AddSingleton(source).AddSingleton(source.Plant).AddSingleton(time);
        services.AddSingleton(heart).AddSingleton(clock).AddSingleton(plantTime).AddSingleton(live).AddSingleton(system).AddSingleton(system.Committed).AddSingleton(model).AddSingleton(twins).AddSingleton(feed);
        services.AddSingleton(stores.Recorded).AddSingleton<IJournalReader>(stores.Journal).AddSingleton(stores.History).AddSingleton(ShiftCalendar.Of(source.Plant));
        services.AddSingleton(new SampleStore(stores.History.AppendAsync, stores.History.StoredSequence, stores.Keep)).AddSingleton(new EdgeLinkOptions(source.Hash)).AddSingleton(stores.Ledger);
        services.AddSingleton(stores.Pki).AddSingleton<Gateways>().AddSingleton<Rejections>().AddSingleton<ITwinInbox, TwinInbox>().AddSingleton<EdgeLink>();
        services.AddSingleton(archive).AddSingleton(times).AddSingleton(cuts).AddSingleton<ProjectionSet>().AddSingleton<TimeTravel>().AddSingleton<PastValues>().AddSingleton<ContextHistory>();
        services.AddSingleton<TwinDirectory>().AddSingleton<UnitHistory>().AddSingleton(StopReasons.Of(source.Plant)).AddSingleton<StopReader>().AddSingleton<KpiReader>().AddSingleton<PlantBroadcast>().AddSingleton<Readiness>().AddSingleton(metrics).AddSingleton<HostMeters>().AddSingleton(commits);
        services.AddSingleton<HostAddresses>().AddHostedService<TwinFeedService>().AddHostedService<Announcement>().AddHostedService<ParentWatch>().AddHostedService<JournalWatch>().AddSingleton(stores.Waveforms).AddHostedService<WaveformRetention>().AddHostedService<HistoryRetention>();
        if (!options.Attach)
            services.AddHostedService<EmbeddedPlant>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownWithin);
        services.AddProblemDetails(problem => problem.CustomizeProblemDetails = Problems.Complete).AddOpenApi(openApi => openApi.AddDocumentTransformer((document, _, _) =>
        {
            (document.Info.Title, document.Info.Version) = ("DigitalTwin", "v1");
            return Task.CompletedTask;
        }));
        // A page from elsewhere must not reach this API by a name of its own that leads to the loopback address.
        // What the page is built of, and nothing else: a stream of events that waits to be compressed comes late.
        services.AddResponseCompression(compression => compression.MimeTypes = ["text/javascript", "text/css", "text/html"]);
        services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Optimal).Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Optimal);
        services.AddHostFiltering(filter => filter.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"]);
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.Converters.Add(new UtcMilliseconds());
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(System.Text.Json.JsonNamingPolicy.CamelCase));
        });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Listen(kestrel, options, stores.Pki, time));

        await using WebApplication app = builder.Build();
        Map(app);
        try
        {
            await app.StartAsync();
        }
        catch (IOException fault) when (fault.InnerException is AddressInUseException)
        {
            throw new StartupException(1, $"A port is taken ({fault.Message.TrimEnd('.')}); stop what listens there, or choose others: --urls http://localhost:PORT --edge-port PORT --opcua-port PORT, or --urls http://localhost:0 for any free ones.", fault);
        }
        catch (SocketException fault)
        {
            throw new StartupException(1, $"The host cannot listen: {fault.Message}. Choose other ports: --urls http://localhost:PORT --edge-port PORT.", fault);
        }

        TellPorts(app, data);
        string ending = "open requests, the plant's parts or the feed of the twins";
        app.Lifetime.ApplicationStopping.Register(() => new Thread(() => FallLater(logs, () => Volatile.Read(ref ending))) { IsBackground = true }.Start());
        await app.WaitForShutdownAsync();
        Volatile.Write(ref ending, "the engine and the stores");
        export?.Flush();
        // The link is closed and its inbox empty by now. Twins that still work come to their end, then their snapshots, then the leases.
        StopReport report = await system.StopAsync(DrainWithin);
        if (report.Refused > 0)
            logs.Say($"{report.Refused} messages could not be worked off within {DrainWithin.TotalSeconds:0} s and were refused: {string.Join(", ", report.Undrained.Take(3))}");
        if (report.Orderly)
            dispatcher.Dispose();
        else
            logs.Say("The engine has not come to an orderly end; what was acknowledged is on disk, and the next start reads it from there.");
        // The host stops when one of its parts fails; whoever started it must see that it was not asked to.
        foreach (BackgroundService part in app.Services.GetServices<IHostedService>().OfType<BackgroundService>())
        {
            if (part.ExecuteTask?.Exception?.InnerException is StartupException refused)
                throw refused;
            if (part.ExecuteTask?.Exception?.InnerException is { } fault)
                throw new StartupException(1, $"The host has ended because its {part.GetType().Name} failed: {fault.Message} Start it again; what was acknowledged is on disk.", fault);
        }
    }

    /// <summary>Whoever has asked for the end is not to wait for a part that hangs: what was acknowledged is on disk.</summary>
    private static void FallLater(HostLogs logs, Func<string> ending)
    {
        Thread.Sleep(EndWithin);
        logs.Say($"The end has taken {EndWithin.TotalSeconds:0.#} s, waiting for {ending()}, and is cut short; what was acknowledged is on disk.");
        Environment.Exit(0);
    }

    /// <summary>Does what needs the journal at the start, where a database that has gone away meanwhile is a reason not to start.</summary>
    private static T Read<T>(DataFolder data, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (UnreadableEventException unreadable)
        {
            throw new StartupException(1, $"The journal in {data.Path} cannot be read: {unreadable.Message}", unreadable);
        }
        catch (IOException fault)
        {
            throw new StartupException(1, $"The journal cannot be read: {fault.Message} Start the host again when that is mended.", fault);
        }
    }

    /// <summary>Takes a shard; waits for as long as a lease lasts where another process holds it, and says so.</summary>
    /// <exception cref="StartupException">It is still held: another host runs it.</exception>
    private static async Task TakeAsync(EntitySystem system, ShardId shard, HostLogs logs)
    {
        ShardStatus status = await system.AcquireAsync(shard, TimeSpan.Zero);
        if (status.Mine)
            return;
        logs.Say($"Waiting up to {TakeWithin.TotalSeconds:0} s: {status.Why}.");
        status = await system.AcquireAsync(shard, TakeWithin);
        if (!status.Mine)
            throw new StartupException(1, $"This host cannot run shard {shard}: {status.Why}. Stop the host that runs it, or look who it is with `twin shard ls` there.");
    }

    private static void Listen(KestrelServerOptions kestrel, LaunchOptions options, PlantPki pki, TimeProvider time)
    {
        foreach (Uri address in options.Urls)
        {
            if (address is { Host: "localhost", Port: > 0 })
                kestrel.ListenLocalhost(address.Port);
            else
                kestrel.Listen(address.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(address.Host.Trim('[', ']')), address.Port);
        }

        kestrel.Listen(IPAddress.Loopback, options.EdgePort, listener => listener.UseEdgeLinkTls(pki, time));
    }

    private static void Map(WebApplication app)
    {
        app.UseHostFiltering();
        app.UseExceptionHandler().UseStatusCodePages();
        // The edge link's listener serves the edge link alone.
        app.Use((context, next) =>
        {
            if (!context.Request.IsHttps || context.Request.Path == "/edge/v1")
                return next(context);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        app.Use((context, next) =>
        {
            context.Response.Headers.ContentSecurityPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            return next(context);
        });
        string built = Installation.File("src/dashboard/dist");
        PhysicalFileProvider? page = File.Exists(Path.Combine(built, "index.html")) ? new PhysicalFileProvider(built) : null;
        app.UseResponseCompression();
        UsePage(app, page);
        app.Use(Problems.RefuseForeignOrigin);
        app.UseRouting();
        // A link lives for days: what comes over it is no part of one request.
        app.Use((context, next) =>
        {
            if (context.Request.Path == "/edge/v1")
                Activity.Current = null;
            return next(context);
        });
        if (app.Services.GetRequiredService<LaunchOptions>().Otlp is not null)
            app.Use(OtlpExport.NameRequest);
        app.UseWebSockets();
        app.Services.GetRequiredService<EdgeLink>().Map(app);
        app.Services.GetRequiredService<HostMeters>();
        MetricsText metrics = app.Services.GetRequiredService<MetricsText>();

        RouteGroupBuilder api = app.MapGroup("/api/v1").AddEndpointFilter(Problems.TellOfAStoreThatIsAway);
        api.MapPlant();
        api.MapConnections();
        api.MapTwins();
        api.MapCuts();
        api.MapProjections();
        api.MapSignals();
        api.MapTags();
        api.MapHistory();
        api.MapLedger();
        api.MapTariff();
        api.MapWaveforms();
        api.MapContext();
        api.MapOee();
        api.MapKpis();
        api.MapStops();
        api.MapNotes();
        api.MapEngine();
        api.MapShards();
        api.MapDeadLetters();
        api.MapStream();
        // Not the default pattern: that leaves out what looks like a file, and so every path that ends in a twin's id.
        app.MapFallback("/api/{**path}", () => Problems.NotFound("There is no such resource; /openapi/v1.json lists all."));
        app.MapOpenApi();
        app.MapHealth();
        app.MapGet("/metrics", () => TypedResults.Text(metrics.Write(), MetricsText.ContentType)).ExcludeFromDescription();
        MapPage(app, page);
    }

    /// <summary>Serves the built files of the page. Before routing: the page's own routes answer every path that nothing else does.</summary>
    private static void UsePage(WebApplication app, PhysicalFileProvider? page)
    {
        if (page is null)
            return;
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = page,
            // Built files carry a hash in their name; the page itself has to be asked for anew.
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = file.File.Name == "index.html" ? "no-cache" : "public, max-age=31536000, immutable",
        });
    }

    private static void MapPage(WebApplication app, PhysicalFileProvider? page)
    {
        if (page is null)
        {
            app.MapGet("/", () => TypedResults.Text("This host was built without the page (-p:SkipWeb=true). The API is at /api/v1, its description at /openapi/v1.json.")).ExcludeFromDescription();
            return;
        }

        app.Map("/assets/{**missing}", () => Results.NotFound()).ExcludeFromDescription();
        // Every path, also one that looks like a file: the id of a twin is full of dots.
        app.MapFallbackToFile("{**path}", "index.html", new StaticFileOptions { FileProvider = page });
    }

    private static void TellPorts(WebApplication app, DataFolder data)
    {
        Uri[] bound = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address.Replace("//[::]", "//[::1]", StringComparison.Ordinal)))];
        int http = bound.First(address => address.Scheme == Uri.UriSchemeHttp).Port;
        int edge = bound.First(address => address.Scheme == Uri.UriSchemeHttps).Port;
        PortsFile.Merge(data, new Dictionary<string, int> { ["http"] = http, ["edge"] = edge });
        app.Services.GetRequiredService<HostAddresses>().Set(http, edge);
    }
}
