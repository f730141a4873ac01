namespace DigitalTwin.Host.Startup;

/// <summary>The ports this host really listens on, known once the server has started.</summary>
public sealed class HostAddresses
{
    private readonly TaskCompletionSource known = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Known => known.Task;

    public int HttpPort { get; private set; }

    public int EdgePort { get; private set; }

    public void Set(int httpPort, int edgePort)
    {
        (HttpPort, EdgePort) = (httpPort, edgePort);
        known.SetResult();
    }
}
