using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace DigitalTwin.VirtualPlant.Tests;

/// <summary>The plant as the process it is. What a test waits for, it waits for at most <see cref="Patience"/>.</summary>
internal sealed class RealPlant : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process process;
    private readonly Task<string> errors;

    private RealPlant(Process process)
    {
        this.process = process;
        errors = process.StandardError.ReadToEndAsync();
    }

    public int Port { get; private set; }

    public static RealPlant Launch(params string[] arguments) =>
        new(Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "DigitalTwin.VirtualPlant.dll"), .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!);

    /// <summary>Started and ready.</summary>
    public static async Task<RealPlant> Start(params string[] arguments)
    {
        var plant = Launch(arguments);
        var line = await plant.process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        if (line is null)
            throw new InvalidOperationException($"the plant ended at once: {await plant.errors}");
        var ready = JsonDocument.Parse(line).RootElement;
        Assert.True(ready.GetProperty("ready").GetBoolean());
        plant.Port = ready.GetProperty("port").GetInt32();
        return plant;
    }

    public async Task<PlantClient> Connect()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port);
        return await PlantClient.Greet(client);
    }

    public async Task Kill()
    {
        process.Kill();   // SIGKILL
        await process.WaitForExitAsync().WaitAsync(Patience);
    }

    public void CloseInput() => process.StandardInput.Close();

    public void Terminate() => Process.Start("kill", ["-TERM", $"{process.Id}"]).WaitForExit();

    public async Task<(int ExitCode, string Errors)> End()
    {
        await process.WaitForExitAsync().WaitAsync(Patience);
        return (process.ExitCode, await errors.WaitAsync(Patience));
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await Kill();
        process.Dispose();
    }
}

/// <summary>A client of the plant socket that remembers the newest value of each node.</summary>
internal sealed class PlantClient : IDisposable
{
    private readonly TcpClient connection;
    private readonly StreamReader reader;

    private PlantClient(TcpClient connection)
    {
        this.connection = connection;
        reader = new StreamReader(connection.GetStream());
    }

    public JsonElement Hello { get; private set; }
    public string[] Nodes { get; private set; } = [];
    public Dictionary<string, JsonElement> Newest { get; } = [];
    public long PlantTime { get; private set; }

    public static async Task<PlantClient> Greet(TcpClient connection)
    {
        var client = new PlantClient(connection);
        client.Hello = await client.Next();
        client.Nodes = [.. client.Hello.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("id").GetString()!)];
        return client;
    }

    /// <summary>The next line; an end of the connection is an exception.</summary>
    public async Task<JsonElement> Next()
    {
        var line = await reader.ReadLineAsync().WaitAsync(RealPlant.Patience) ?? throw new EndOfStreamException("the plant closed the connection");
        var message = JsonDocument.Parse(line).RootElement;
        if (message.GetProperty("type").GetString() == "values")
            foreach (var value in message.GetProperty("v").EnumerateArray())
            {
                Newest[Nodes[value[0].GetInt32()]] = value[1];
                PlantTime = Math.Max(PlantTime, value[2].GetInt64());
            }
        return message;
    }

    /// <summary>Reads on until a line fits.</summary>
    public async Task<JsonElement> Until(Func<JsonElement, bool> fits)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < RealPlant.Patience;)
            if (await Next() is var message && fits(message))
                return message;
        throw new TimeoutException("no such line came");
    }

    public async Task Send(string line) => await connection.GetStream().WriteAsync(System.Text.Encoding.UTF8.GetBytes(line + "\n"));

    public Task Write(int request, string node, string value) =>
        Send($$"""{"type":"write","request":{{request}},"node":{{Array.IndexOf(Nodes, node)}},"value":{{value}}}""");

    public void Dispose() => connection.Dispose();
}
