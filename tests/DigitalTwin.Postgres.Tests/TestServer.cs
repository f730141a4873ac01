using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace DigitalTwin.Postgres.Tests;

/// <summary>
/// A PostgreSQL server of the tests' own, made by initdb in a temporary folder, on a free loopback port. A watchdog outside this process stops it
/// and removes the folder as soon as this process has ended, however it ended.
/// </summary>
public sealed class TestServer : IDisposable
{
    private const string Password = "plant";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly Lazy<TestServer> Common = new(() => new TestServer());

    private readonly string folder = Directory.CreateTempSubdirectory("postgres-").FullName;
    private readonly int port = FreePort();
    private readonly Process watchdog;

    public TestServer()
    {
        // The reader of this pipe sees its end when this process is gone; nothing needs to be asked again and again.
        watchdog = Process.Start(new ProcessStartInfo("setsid", ["/bin/sh", "-c", "exec >/dev/null 2>&1; read line; " + Stop("immediate") + "; rm -rf \"$0\"", folder])
        {
            RedirectStandardInput = true,
        })!;
        File.WriteAllText(Path.Combine(folder, "password"), Password);
        Run($"chmod 755 '{folder}'{(Environment.IsPrivilegedProcess ? $" && chown -R postgres '{folder}'" : "")}");
        Run(AsPostgres($"{Programs}/initdb -D {folder}/data -A scram-sha-256 -U postgres --pwfile={folder}/password -E UTF8 --locale=C.UTF-8"));
        File.AppendAllText(Path.Combine(folder, "data", "postgresql.conf"), string.Create(CultureInfo.InvariantCulture, $"""

            listen_addresses = '127.0.0.1'
            port = {port}
            unix_socket_directories = '{folder}'
            shared_buffers = 64MB
            max_wal_size = 1GB
            """));
        Start();
        Execute("CREATE DATABASE plant");
    }

    /// <summary>One for all tests that leave it running.</summary>
    public static TestServer Shared => Common.Value;

    /// <summary>Null: there is all that is needed.</summary>
    public static string? Missing =>
        !OperatingSystem.IsLinux() ? "Needs Linux." : Programs is null ? "PostgreSQL's server programs are missing: apt-get install -y postgresql" : null;

    public string ConnectionString => To(port);

    private static string? Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Order().LastOrDefault()
        : null;

    public int Port => port;

    /// <summary>The same server by way of another port.</summary>
    public static string To(int port, string database = "plant") =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={port};Database={database};Username=postgres;Password={Password}");

    public void Start() => Run(AsPostgres($"{Programs}/pg_ctl -D {folder}/data -l {folder}/log -w -t 60 start"));

    public void Stop() => Run(Stop("fast"));

    /// <summary>All of the server at once, as when its machine's power is cut but for the disk's cache.</summary>
    public void Kill()
    {
        var postmaster = int.Parse(File.ReadLines(Path.Combine(folder, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);
        var backends = Children(postmaster);
        foreach (var pid in (int[])[postmaster, .. backends]) Run($"kill -9 {pid} 2>/dev/null || true");
        foreach (var pid in (int[])[postmaster, .. backends]) Wait.Until(() => !IsRunning(pid), Limit, $"the killed process {pid} is still there");
    }

    public object? Execute(string sql, string? database = null)
    {
        using var connection = new NpgsqlConnection(To(port, database ?? "postgres") + ";Pooling=false");
        connection.Open();
#pragma warning disable CA2100 // The test's own constant.
        using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    public void Dispose()
    {
        watchdog.StandardInput.Close();
        watchdog.WaitForExit(Limit);
        watchdog.Dispose();
    }

    private static int[] Children(int parent) => [.. Directory.GetDirectories("/proc")
        .Select(entry => int.TryParse(Path.GetFileName(entry), out var pid) ? pid : 0)
        .Where(pid => pid > 0 && ParentOf(pid) == parent)];

    private static int ParentOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static bool IsRunning(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>initdb and the server refuse root.</summary>
    private static string AsPostgres(string command) => Environment.IsPrivilegedProcess ? $"su postgres -s /bin/sh -c 'cd /; {command}'" : command;

    private static void Run(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"{command} >/tmp/null-$$ 2>&1 </dev/null; code=$?; cat /tmp/null-$$; rm -f /tmp/null-$$; exit $code"])
        {
            RedirectStandardOutput = true,
        })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{command}: {said}");
    }

    private string Stop(string mode) => AsPostgres($"{Programs}/pg_ctl -D {folder}/data -m {mode} -w stop");
}
