using DigitalTwin.Historian.Tests;

// The test assembly as a process that a test may kill: dotnet DigitalTwin.Historian.Tests.dll append|keep FOLDER
if (args is ["append", var folder]) await AppendingProcess.RunAsync(folder);
if (args is ["keep", var contents]) KeepingProcess.Run(contents);
return 2;
