using DigitalTwin.Historian.Tests;

// The test assembly as a process that a test may kill: dotnet DigitalTwin.Historian.Tests.dll append|keep FOLDER
// It ends with its input: whoever has started it is gone then, and nobody is left to kill it.
_ = Task.Run(() =>
{
    Console.In.ReadToEnd();
    Environment.Exit(0);
});
if (args is ["append", var folder]) await AppendingProcess.RunAsync(folder);
if (args is ["keep", var contents]) KeepingProcess.Run(contents);
return 2;
