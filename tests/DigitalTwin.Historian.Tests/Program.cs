using DigitalTwin.Historian.Tests;

// The test assembly as a process that a test may kill: dotnet DigitalTwin.Historian.Tests.dll append FOLDER
if (args is ["append", var folder]) await AppendingProcess.RunAsync(folder);
return 2;
