using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Host.Startup;

namespace DigitalTwin.Host.Children;

/// <summary>Where the OPC UA server listens for each endpoint of the plant: what it was told first, and then what it has told.</summary>
/// <param name="Port">Of its first endpoint; 0: any free one.</param>
/// <param name="Named">Empty until it has told, and for a plant whose nodes name no endpoint: that has one for all.</param>
public sealed record ServedEndpoints(int Port, ImmutableSortedDictionary<string, int> Named)
{
    public ServedEndpoints(int port) : this(port, ImmutableSortedDictionary<string, int>.Empty) { }

    /// <param name="ready">The server's ready line: <c>port</c>, and <c>endpoints</c> with a port for each name.</param>
    public static ServedEndpoints Told(JsonElement ready) => new(
        ready.GetProperty("port").GetInt32(),
        ready.TryGetProperty("endpoints", out JsonElement named)
            ? named.EnumerateObject().ToImmutableSortedDictionary(endpoint => endpoint.Name, endpoint => endpoint.Value.GetInt32(), StringComparer.Ordinal)
            : ImmutableSortedDictionary<string, int>.Empty);

    /// <summary>A server that is started again keeps its ports: the gateway goes on dialling them.</summary>
    public IEnumerable<string> ServerArguments() =>
        ["--port", Text(Port), .. Named.SelectMany(endpoint => new[] { "--port", $"{endpoint.Key}={Text(endpoint.Value)}" })];

    /// <exception cref="StartupException">The plant definition has an endpoint that the server does not have.</exception>
    public IEnumerable<string> GatewayArguments(IEnumerable<EndpointDefinition> endpoints) =>
        endpoints.SelectMany(endpoint => new[] { "--endpoint", $"{endpoint.Name}=opc.tcp://127.0.0.1:{Text(PortOf(endpoint.Name))}" });

    private int PortOf(string endpoint) =>
        Named.IsEmpty ? Port
        : Named.TryGetValue(endpoint, out int port) ? port
        : throw new StartupException(2, $"The plant definition has an endpoint {endpoint}, but the virtual plant has {string.Join(", ", Named.Keys)}: name the definition of this plant with --plant, or start with --attach for another plant.");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
