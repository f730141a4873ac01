namespace DigitalTwin.Edge.Tests;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("dt-edge-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
