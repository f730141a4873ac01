using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using DigitalTwin.VirtualPlant;
using DigitalTwin.VirtualPlant.Physics;
using DigitalTwin.VirtualPlant.Serving;

var data = new Option<string>("--data") { Description = "Data folder of the installation", DefaultValueFactory = _ => "data" };
var port = new Option<int>("--port") { Description = "Loopback port of the plant socket; 0 takes a free one", DefaultValueFactory = _ => 0 };
var speed = new Option<double>("--speed") { Description = "Plant seconds per second, 1 to 20", DefaultValueFactory = _ => 1 };
var seed = new Option<long>("--seed") { Description = "The same seed gives the same plant", DefaultValueFactory = _ => 1 };
var physicsFile = new Option<string?>("--physics") { Description = "JSON file with physics that differ from the built-in ones" };
var exitWithStdin = new Option<bool>("--exit-with-stdin") { Description = "End when standard input closes" };
port.Validators.Add(result => Require(result.GetValue(port) is >= 0 and <= 65535, "--port must be from 0 to 65535", result.AddError));
speed.Validators.Add(result => Require(result.GetValue(speed) is >= 1 and <= 20, "--speed must be from 1 to 20: the plant runs in real time or up to twenty times as fast", result.AddError));
var command = new RootCommand("A car plant, or one body line of it, that lives by its own physics and serves its values on a loopback socket") { data, port, speed, seed, physicsFile, exitWithStdin };

command.SetAction((options, _) => Run(
    options.GetValue(data)!, options.GetValue(port), options.GetValue(speed), options.GetValue(seed), options.GetValue(physicsFile), options.GetValue(exitWithStdin)));

var options = command.Parse(args);
if (options.Errors.Count > 0)
{
    foreach (var error in options.Errors)
        Console.Error.WriteLine(error.Message);
    return 2;
}
try
{
    return await options.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (OperationCanceledException)
{
    return 0;   // told to end while it was starting
}
catch (Refusal refusal)
{
    Console.Error.WriteLine(refusal.Message);
    return refusal.ExitCode;
}

static void Require(bool holds, string otherwise, Action<string> fail)
{
    if (!holds)
        fail(otherwise);
}

static async Task Run(string data, int port, double speed, long seed, string? physicsFile, bool exitWithStdin)
{
    using var stop = new CancellationTokenSource();
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
    if (exitWithStdin)
        _ = Task.Run(() => EndWithStandardInput(stop));

    var physics = physicsFile is null ? new PhysicsParameters() : ReadPhysics(physicsFile);
    using var checkpoints = new CheckpointFile(data);
    var now = (long)(DateTime.UtcNow - DateTime.UnixEpoch).TotalMicroseconds;
    var memory = checkpoints.Read(seed, physics);
    var plant = memory is null ? Plant.Build(seed, physics, speed, now) : Plant.Resume(memory, physics, speed);
    using var truth = new TruthFile(data, plant.Time);
    using var server = new PlantServer(plant, physics, speed, port, checkpoints, truth);
    var listening = server.Listen();
    await PortsFile.Publish(data, "plant", listening, stop.Token);
    Log.Info(string.Create(CultureInfo.InvariantCulture,
        $"{(memory is null ? "new plant" : "plant resumed")} at plant time {DateTime.UnixEpoch.AddMicroseconds(plant.Time):yyyy-MM-ddTHH:mm:ss.fffZ}, seed {seed}, speed {speed}, port {listening}"));
    Console.Out.WriteLine($$"""{"ready":true,"port":{{listening}}}""");
    await server.Run(stop.Token);

    void End(PosixSignalContext signal)
    {
        signal.Cancel = true;
        stop.Cancel();
    }
}

static void EndWithStandardInput(CancellationTokenSource stop)
{
    using var input = Console.OpenStandardInput();
    var buffer = new byte[256];
    while (input.Read(buffer) > 0)
    {
        // What is written there means nothing; that it ends does.
    }
    stop.Cancel();
}

static PhysicsParameters ReadPhysics(string file)
{
    string text;
    try
    {
        text = File.ReadAllText(file);
    }
    catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
    {
        throw new Refusal($"the physics file {file} cannot be read ({fault.Message}): correct --physics", 2);
    }
    var (physics, faults) = PhysicsFile.Read(text);
    return physics ?? throw new Refusal($"the physics file {file} is wrong: {string.Join("; ", faults)}", 2);
}
