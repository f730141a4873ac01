namespace DigitalTwin.VirtualPlant.Serving;

/// <summary>The plant cannot start or go on; the message tells its user what, where, why and the cure.</summary>
/// <param name="exitCode">2 for wrong options or input, 1 otherwise.</param>
internal sealed class Refusal(string message, int exitCode = 1) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
