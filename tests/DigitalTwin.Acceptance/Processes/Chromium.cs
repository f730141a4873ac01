namespace DigitalTwin.Acceptance.Processes;

/// <summary>Where Debian puts Chromium; what needs it is skipped, and says so, where it is not.</summary>
internal static class Chromium
{
    public static string? Missing { get; } = File.Exists("/usr/bin/chromium") ? null : "The page is tested in Chromium, which is not here: apt-get install chromium";
}

[AttributeUsage(AttributeTargets.Method)]
public sealed class FactInChromiumAttribute : FactAttribute
{
    public FactInChromiumAttribute() => Skip = Chromium.Missing;
}

[AttributeUsage(AttributeTargets.Method)]
public sealed class TheoryInChromiumAttribute : TheoryAttribute
{
    public TheoryInChromiumAttribute() => Skip = Chromium.Missing;
}
