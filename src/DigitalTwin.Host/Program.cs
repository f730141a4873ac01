using DigitalTwin.Host.Children;
using DigitalTwin.Host.Startup;

ParentProcess parent = ParentProcess.Now();
if (LaunchOptions.Parse(args, Console.Error, out int exitCode) is not { } options)
    return exitCode;

try
{
    await HostApplication.RunAsync(options, parent);
    return 0;
}
catch (StartupException refused)
{
    Console.Error.WriteLine(refused.Message);
    return refused.ExitCode;
}
