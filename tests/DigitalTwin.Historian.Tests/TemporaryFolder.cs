namespace DigitalTwin.Historian.Tests;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("dt-history-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
