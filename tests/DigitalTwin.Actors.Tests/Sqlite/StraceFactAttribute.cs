namespace DigitalTwin.Actors.Tests.Sqlite;

/// <summary>A test that needs strace: it makes one system call of a real process fail, or be its last.</summary>
public sealed class StraceFactAttribute : FactAttribute
{
    public StraceFactAttribute()
    {
        var paths = Environment.GetEnvironmentVariable("PATH")?.Split(':') ?? [];
        if (!paths.Any(path => File.Exists(Path.Combine(path, "strace")))) Skip = "Needs strace: apt-get install -y strace";
    }
}
