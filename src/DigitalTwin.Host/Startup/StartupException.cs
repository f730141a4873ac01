namespace DigitalTwin.Host.Startup;

/// <summary>The host cannot start: one sentence with cause and cure for the person at the console.</summary>
public sealed class StartupException(int exitCode, string message, Exception? cause = null) : Exception(message, cause)
{
    public int ExitCode { get; } = exitCode;
}
