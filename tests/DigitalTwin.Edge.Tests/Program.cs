using DigitalTwin.Edge.Tests.Historian;

// The test assembly as a process that a test may kill: dotnet DigitalTwin.Edge.Tests.dll append FOLDER
return args is ["append", var folder] ? await AppendingProcess.RunAsync(folder) : 2;
