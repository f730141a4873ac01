using System.CommandLine;
using System.Globalization;
using System.Net;
using DigitalTwin.Historian.Files;
using DigitalTwin.Host.Telemetry;
using Npgsql;

namespace DigitalTwin.Host.Startup;

/// <summary>How this host was asked to run, checked: nothing here can still be wrong but the files it names.</summary>
/// <param name="Urls">Loopback only, until there are accounts.</param>
/// <param name="EdgePort">Port of the edge link; 0: any free one.</param>
/// <param name="OpcUaPort">Port of the first OPC UA endpoint of the virtual plant, the others take the next ones; 0: any free ones.</param>
/// <param name="Physics">Physics of the virtual plant that differ from the built-in ones; null: none do.</param>
/// <param name="Attach">True: plant, OPC UA server and gateway run as processes of their own.</param>
/// <param name="Postgres">Connection string of the database that holds the journal, without a password; null: it is in the data folder.</param>
/// <param name="WaveformDays">Days of plant time for which the contents of waveforms and images are kept.</param>
/// <param name="Retention">For how long samples are kept, and the points that stand for them.</param>
/// <param name="Otlp">Where traces and metrics are sent over OTLP; null: nowhere, whatever the environment says.</param>
public sealed record LaunchOptions(
    DirectoryInfo Data, IReadOnlyList<Uri> Urls, FileInfo Plant, double Speed, long Seed, FileInfo? Physics, bool Attach, int EdgePort, int OpcUaPort,
    LogFormat Log, Uri? Otlp, string? Postgres, int WaveformDays, Retention Retention)
{
    private const string DefaultUrl = "http://localhost:5080";

    /// <summary>Reads the command line; prints help or every fault and gives the exit code when there is nothing to run.</summary>
    public static LaunchOptions? Parse(string[] args, TextWriter error, out int exitCode)
    {
        var data = new Option<string>("--data") { Description = "Folder that holds everything this host keeps", DefaultValueFactory = _ => "data" };
        var urls = new Option<string>("--urls") { Description = "Where the page and the API listen, loopback only; port 0 makes every port ephemeral", DefaultValueFactory = _ => DefaultUrl };
        var plant = new Option<string>("--plant") { Description = "Plant definition file", DefaultValueFactory = _ => Installation.File("simulations/plants/first-line.json") };
        var speed = new Option<double>("--speed") { Description = "Plant seconds per wall second of the virtual plant, 1 to 20", DefaultValueFactory = _ => 1 };
        var seed = new Option<long>("--seed") { Description = "Seed of the virtual plant", DefaultValueFactory = _ => 1 };
        var physics = new Option<string?>("--physics") { Description = "JSON file with physics of the virtual plant that differ from the built-in ones" };
        var attach = new Option<bool>("--attach") { Description = "Start no plant, OPC UA server or gateway: they run as processes of their own" };
        var edgePort = new Option<int?>("--edge-port") { Description = "Port of the edge link (default 5443)" };
        var opcUaPort = new Option<int?>("--opcua-port") { Description = "Port of the virtual plant's first OPC UA endpoint, the others take the next ones (default 4840)" };
        var log = new Option<string>("--log") { Description = "text, or json: every line of standard output is one JSON object", DefaultValueFactory = _ => "text" };
        var otlp = new Option<string?>("--otlp") { Description = "Address of an OpenTelemetry collector (OTLP over HTTP) that traces and metrics are sent to, such as http://localhost:4318; without it nothing is sent" };
        var postgres = new Option<string?>("--postgres") { Description = "Keep the journal in PostgreSQL: a connection string such as \"Host=127.0.0.1;Database=plant;Username=twin\", its password in a pass file" };
        var waveformDays = new Option<int>("--waveform-days") { Description = "Days of plant time for which waveforms and images are kept", DefaultValueFactory = _ => 30 };
        Option<int>[] kept = [Days("state", Retention.Default.State), Days("telemetry", Retention.Default.Telemetry), Days("diagnostic", Retention.Default.Diagnostic)];
        var root = new RootCommand("DigitalTwin host: starts a live plant, its twins, the API and the page.") { data, urls, plant, speed, seed, physics, attach, edgePort, opcUaPort, log, otlp, postgres, waveformDays, kept[0], kept[1], kept[2] };

        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count == 0 && parsed.Action is { } action && action.GetType().Name is "HelpAction" or "VersionOptionAction")
        {
            exitCode = parsed.Invoke();
            return null;
        }

        var faults = parsed.Errors.Select(fault => fault.Message).ToList();
        string folder = ReadPath("--data", Value(data, "data"), faults);
        string file = ReadPath("--plant", Value(plant, "plant"), faults);
        string? named = Value(physics, null) is { } law ? ReadPath("--physics", law, faults) : null;
        IReadOnlyList<Uri> addresses = ReadUrls(Value(urls, DefaultUrl), faults);
        double factor = Value(speed, 1);
        if (factor is not (>= 1 and <= 20))
            faults.Add($"--speed {factor.ToString(CultureInfo.InvariantCulture)} is outside 1 to 20; the virtual plant's physics holds only there.");
        bool ephemeral = addresses.Any(address => address.Port == 0);
        int edge = ReadPort("--edge-port", Value(edgePort, null), ephemeral ? 0 : 5443, faults);
        int opcUa = ReadPort("--opcua-port", Value(opcUaPort, null), ephemeral ? 0 : 4840, faults);
        string form = Value(log, "text");
        if (form is not ("text" or "json"))
            faults.Add($"--log '{form}' is neither text nor json.");
        Uri? collector = Value(otlp, null) is { } address ? ReadCollector(address, faults) : null;
        string? database = Value(postgres, null);
        if (database is not null)
            CheckDatabase(database, faults);
        int days = ReadDays(waveformDays);
        int[] classDays = [.. kept.Select(ReadDays)];
        if (faults.Count == 0)
        {
            exitCode = 0;
            return new LaunchOptions(
                new DirectoryInfo(folder), addresses, new FileInfo(file), factor, Value(seed, 1), named is null ? null : new FileInfo(named), parsed.GetValue(attach), edge, opcUa,
                form == "json" ? LogFormat.Json : LogFormat.Text, collector, database, days,
                Retention.OfSamples(classDays[0], classDays[1], classDays[2]));
        }

        foreach (string fault in faults)
            error.WriteLine(fault);
        error.WriteLine("See: dotnet run --project src/DigitalTwin.Host -- --help");
        exitCode = 2;
        return null;

        int ReadDays(Option<int> option)
        {
            int given = Value(option, 1);
            if (given is < 1 or > Retention.Longest)
                faults.Add($"{option.Name} {given} is outside 1 to {Retention.Longest}.");
            return given;
        }

        // A value that does not parse has its fault already; the others are checked all the same.
        T Value<T>(Option<T> option, T unreadable) => parsed.GetResult(option)?.Errors.Any() == true ? unreadable : parsed.GetValue(option)!;
    }

    private static Option<int> Days(string kind, Kept usual) =>
        new($"--{kind}-days") { Description = $"Days of plant time for which samples of class {kind} are kept; points stand for them after that", DefaultValueFactory = _ => usual.Samples };

    private static string ReadPath(string option, string given, List<string> faults)
    {
        if (string.IsNullOrWhiteSpace(given) || given.Contains('\0', StringComparison.Ordinal))
            faults.Add($"{option} is empty; name a path, or leave the option out.");
        return given;
    }

    private static List<Uri> ReadUrls(string text, List<string> faults)
    {
        var addresses = new List<Uri>();
        if (string.IsNullOrWhiteSpace(text))
            faults.Add($"--urls is empty; write it like {DefaultUrl}.");
        foreach (string part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Uri.TryCreate(part, UriKind.Absolute, out Uri? address) || address.Scheme != Uri.UriSchemeHttp)
                faults.Add($"--urls '{part}' is not an http address; write it like {DefaultUrl}.");
            else if (address.AbsolutePath != "/" || address.Query.Length > 0)
                faults.Add($"--urls '{part}' has a path; name host and port only, like {DefaultUrl}.");
            else if (address.Host != "localhost" && !(IPAddress.TryParse(address.Host.Trim('[', ']'), out IPAddress? ip) && IPAddress.IsLoopback(ip)))
                faults.Add($"--urls '{part}' is not a loopback address; this host has no accounts yet, so it listens on localhost, 127.0.0.1 or [::1] only. Reach it from elsewhere through an SSH tunnel.");
            else
                addresses.Add(address);
        }

        return addresses;
    }

    private static void CheckDatabase(string text, List<string> faults)
    {
        try
        {
            var named = new NpgsqlConnectionStringBuilder(text);
            if (!string.IsNullOrEmpty(named.Password))
                faults.Add("--postgres holds a password, which everybody on this machine could read; put it into a pass file (~/.pgpass, or Passfile=FILE in the connection string, or the variable PGPASSFILE; mode 0600) as HOST:PORT:DATABASE:USER:PASSWORD.");
            if (string.IsNullOrWhiteSpace(named.Host))
                faults.Add("--postgres names no Host; write it like \"Host=127.0.0.1;Database=plant;Username=twin\".");
        }
        catch (ArgumentException unreadable)
        {
            faults.Add($"--postgres is not a connection string ({unreadable.Message.TrimEnd('.')}); write it like \"Host=127.0.0.1;Database=plant;Username=twin\".");
        }
    }

    private static Uri? ReadCollector(string text, List<string> faults)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0 && address.Query.Length == 0)
            return address;
        faults.Add($"--otlp '{text}' is not the http or https address of a collector, without user or query; write it like http://localhost:4318.");
        return null;
    }

    private static int ReadPort(string option, int? given, int fallback, List<string> faults)
    {
        int port = given ?? fallback;
        if (port is < 0 or > 65535)
            faults.Add($"{option} {port} is not a port; use 0 to 65535, 0 for any free one.");
        return port;
    }
}
