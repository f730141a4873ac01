using DigitalTwin.Host.Children;
using DigitalTwin.Host.Startup;
using DigitalTwin.Host.Telemetry;

ParentProcess parent = ParentProcess.Now();
if (LaunchOptions.Parse(args, Console.Error, out int exitCode) is not { } options)
    return exitCode;

using var logs = new HostLogs(options.Log);
try
{
    await HostApplication.RunAsync(options, parent, logs);
    return 0;
}
catch (StartupException refused)
{
    logs.Refuse(refused.Message);
    return refused.ExitCode;
}
