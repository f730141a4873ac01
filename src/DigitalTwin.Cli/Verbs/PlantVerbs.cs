using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;

namespace DigitalTwin.Cli.Verbs;

/// <summary>
/// `plant`: look at OPC UA servers, to write a plant definition and to hold one against them. Only the gateway's side speaks OPC UA,
/// so its program does the work: with the gateway's certificate and trust list, on this terminal, and its exit code is that of `twin`.
/// </summary>
internal static class PlantVerbs
{
    private const string Program = "src/edge-gateway/dist/browse/main.js";

    public static Command Create(Options options) => new("plant", "Connect a plant: what its OPC UA servers show, and whether a definition fits them") { Browse(options), Check(options) };

    private static Verb Browse(Options options)
    {
        var verb = new Verb("browse", "Walk through an OPC UA server and write a first plant definition; needs no host", "twin plant browse opc.tcp://127.0.0.1:4840 --out plant.json")
        {
            new Argument<string>("URL") { Description = "The server: opc.tcp://host:port" },
            new Option<string>("--out") { Description = "The file to make; must not exist. Without it: standard output", HelpName = "FILE" },
            new Option<string>("--from") { Description = "Where to begin, as nsu=URI;s=identifier; without it the Objects folder", HelpName = "NODE" },
        };
        return Finish(verb, options);
    }

    private static Verb Check(Options options)
    {
        var verb = new Verb("check", "Compare a plant definition with its OPC UA servers; ends with 1 where they differ; needs no host", "twin plant check simulations/plants/first-line.json --endpoint body-line1=opc.tcp://127.0.0.1:4840")
        {
            new Argument<string>("FILE") { Description = "The plant definition" },
            new Option<string[]>("--endpoint") { Description = "Where an endpoint of the definition is today; may be repeated", HelpName = "NAME=URL" },
            new Option<bool>("--no-extra") { Description = "Do not look for nodes that the definition does not have" },
        };
        return Finish(verb, options);
    }

    private static Verb Finish(Verb verb, Options options)
    {
        verb.Add(new Option<string>("--data") { Description = "The data folder with the gateway's certificate, trust list and password; without it ./data", HelpName = "DIR" });
        verb.Add(new Option<string>("--user") { Description = "The user at the server; without it gateway, or as the definition says", HelpName = "NAME" });
        verb.Add(new Option<string>("--password-file") { Description = "A file with that user's password, which only you may read; without it the gateway's own", HelpName = "FILE" });
        verb.Add(new Option<string>("--trust") { Description = "Trust this server certificate from now on: a file, or the thumbprint of a refused one", HelpName = "CERT" });
        verb.Add(new Option<string>("--max-nodes") { Description = "Give up a walk after so many nodes; without it 100000", HelpName = "N" });
        verb.Runs(options, (_, parsed, stopped) => RunProgram([.. parsed.Tokens.Select(token => token.Value)], stopped));
        return verb;
    }

    private static async Task<int> RunProgram(IReadOnlyList<string> words, CancellationToken stopped)
    {
        // Nothing is redirected: its output is ours, and Ctrl-C on the terminal reaches it as well.
        using var process = Start(new ProcessStartInfo("node", [Built(), .. words]));
        try
        {
            await process.WaitForExitAsync(stopped);
        }
        catch (OperationCanceledException)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1.5));
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                return ExitCodes.Error;
            }
        }
        return process.ExitCode;
    }

    private static Process Start(ProcessStartInfo node)
    {
        try
        {
            return Process.Start(node)!;
        }
        catch (Win32Exception missing)
        {
            throw new ProblemException(Problem.Broken("Node.js is missing", $"`node` does not start ({missing.Message}): install Node.js 20 or newer (Debian: apt-get install nodejs)."));
        }
    }

    /// <summary>In the checkout or unpacked release that this assembly is in.</summary>
    private static string Built()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var program = Path.Combine(folder.FullName, Program);
            if (File.Exists(program)) return program;
        }
        throw new ProblemException(Problem.Broken("Not built", $"{Program} is not built: run `npm ci --ignore-scripts` and `npm run build -w src/edge-gateway` in the checkout, or build it all with `dotnet build DigitalTwin.sln`."));
    }
}
