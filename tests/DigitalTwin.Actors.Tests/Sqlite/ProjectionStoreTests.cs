using DigitalTwin.Persistence.Projections;

namespace DigitalTwin.Actors.Tests.Sqlite;

public sealed class ProjectionStoreTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("projections-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Two_processes_never_have_the_projections_open_at_once()
    {
        using (var first = ProjectionStore.Open(folder, _ => { }))
        {
            first.Save(new ProjectionChange(new ProjectionHead("twins", "1", 7, "mark"), [], [], Anew: true));
            Assert.Contains("in use by another process", Assert.Throws<IOException>(() => ProjectionStore.Open(folder, Assert.Fail)).Message, StringComparison.Ordinal);
            first.SetAside("a test wants it");
            Assert.Throws<IOException>(() => ProjectionStore.Open(folder, Assert.Fail));
        }

        using var next = ProjectionStore.Open(folder, Assert.Fail);
        Assert.Null(next.Head("twins"));
    }
}
