using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using DigitalTwin.Edge.Pki;

namespace DigitalTwin.Edge.Tests.Link;

public sealed class MutualTlsTests
{
    private static X509Certificate2 Read(string folder, string name)
    {
        using var pem = X509Certificate2.CreateFromPemFile(Path.Combine(folder, $"{name}.crt"), Path.Combine(folder, $"{name}.key"));
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    [Fact]
    public async Task A_client_with_a_certificate_of_another_authority_is_refused()
    {
        await using var core = await TestCore.StartAsync();
        using var folder = new TemporaryFolder();
        using var other = PlantPki.Open(folder.Path, TimeProvider.System);
        using var certificate = Read(folder.Path, "gateway");
        await Assert.ThrowsAnyAsync<WebSocketException>(() => TestGateway.ConnectAsync(core, certificate));
    }

    [Fact]
    public async Task A_server_certificate_of_the_plant_does_not_do_for_a_client()
    {
        await using var core = await TestCore.StartAsync();
        using var certificate = Read(core.PkiFolder, "core");
        await Assert.ThrowsAnyAsync<WebSocketException>(() => TestGateway.ConnectAsync(core, certificate));
    }

    /// <remarks>With TLS 1.3 a client learns of the refusal when it reads, not in the handshake.</remarks>
    [Fact]
    public async Task A_client_without_a_certificate_gets_no_byte_of_an_answer()
    {
        await using var core = await TestCore.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, core.Url.Port);
        await using var tls = new SslStream(client.GetStream(), false, (_, server, _, _) => EdgeTls.IsIssuedBy((X509Certificate2)server!, core.Pki.Authority, DateTimeOffset.UtcNow));
        var refused = await Record.ExceptionAsync(async () =>
        {
            await tls.AuthenticateAsClientAsync("localhost");
            await tls.WriteAsync("GET /edge/v1 HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
            if (await tls.ReadAsync(new byte[1]) == 0) throw new IOException("closed without an answer");
        });
        Assert.True(refused is IOException or AuthenticationException, $"{refused}");
    }

    [Fact]
    public async Task The_link_is_not_served_on_a_listener_without_client_certificates()
    {
        await using var core = await TestCore.StartAsync();
        using var http = new HttpClient();
        using var answer = await http.GetAsync(core.PlainUrl);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }
}
