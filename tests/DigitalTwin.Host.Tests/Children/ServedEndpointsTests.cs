using System.Text.Json;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Host.Children;
using DigitalTwin.Host.Startup;

namespace DigitalTwin.Host.Tests.Children;

public class ServedEndpointsTests
{
    private static readonly EndpointDefinition[] Two = [Endpoint("body"), Endpoint("paint")];

    [Fact]
    public void A_server_with_one_endpoint_is_dialled_for_every_endpoint_of_the_plant()
    {
        ServedEndpoints served = Told("""{"ready":true,"port":4840,"certificate":"c.pem"}""");
        Assert.Equal(["--port", "4840"], served.ServerArguments());
        Assert.Equal(["--endpoint", "body=opc.tcp://127.0.0.1:4840", "--endpoint", "paint=opc.tcp://127.0.0.1:4840"], served.GatewayArguments(Two));
    }

    [Fact]
    public void Each_endpoint_of_the_plant_is_dialled_where_the_server_tells_it_to_be_and_stays_there()
    {
        ServedEndpoints served = Told("""{"ready":true,"port":5001,"certificate":"c.pem","endpoints":{"paint":5001,"body":5002}}""");
        Assert.Equal(["--endpoint", "body=opc.tcp://127.0.0.1:5002", "--endpoint", "paint=opc.tcp://127.0.0.1:5001"], served.GatewayArguments(Two));
        Assert.Equal(["--port", "5001", "--port", "body=5002", "--port", "paint=5001"], served.ServerArguments());
    }

    [Fact]
    public void Until_the_server_has_told_it_is_started_on_the_port_that_the_host_was_given() =>
        Assert.Equal(["--port", "0"], new ServedEndpoints(0).ServerArguments());

    [Fact]
    public void An_endpoint_that_the_virtual_plant_does_not_have_is_refused_by_name_with_the_cure()
    {
        StartupException refused = Assert.Throws<StartupException>(() => Told("""{"port":1,"endpoints":{"body":1,"press":2}}""").GatewayArguments(Two).ToList());
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("an endpoint paint, but the virtual plant has body, press", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--plant", refused.Message, StringComparison.Ordinal);
    }

    private static ServedEndpoints Told(string ready) => ServedEndpoints.Told(JsonSerializer.Deserialize<JsonElement>(ready));

    private static EndpointDefinition Endpoint(string name) => new(name, "opc.tcp://127.0.0.1:1", "Basic256Sha256", "gateway");
}
