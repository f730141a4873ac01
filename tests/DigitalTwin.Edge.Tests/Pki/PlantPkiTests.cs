using System.Security.Cryptography.X509Certificates;
using DigitalTwin.Edge.Pki;

namespace DigitalTwin.Edge.Tests.Pki;

public sealed class PlantPkiTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly VirtualTime time = new();

    public void Dispose() => folder.Dispose();

    private string PkiFolder => Path.Combine(folder.Path, "pki");

    private byte[] Bytes(string file) => File.ReadAllBytes(Path.Combine(PkiFolder, file));

    private X509Certificate2 Certificate(string name) => X509CertificateLoader.LoadCertificateFromFile(Path.Combine(PkiFolder, $"{name}.crt"));

    [Fact]
    public void The_first_start_makes_authority_server_and_client_with_keys_for_the_owner_alone()
    {
        using var pki = PlantPki.Open(PkiFolder, time);

        Assert.Equal(["ca.crt", "ca.key", "core.crt", "core.key", "gateway.crt", "gateway.key"],
            Directory.GetFiles(PkiFolder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (var key in Directory.GetFiles(PkiFolder, "*.key"))
            Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(key) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        using var core = Certificate("core");
        using var gateway = Certificate("gateway");
        Assert.True(core.MatchesHostname("localhost") && core.MatchesHostname("127.0.0.1"));
        Assert.True(EdgeTls.IsIssuedBy(gateway, pki.Authority, time.GetUtcNow(), "1.3.6.1.5.5.7.3.2"));
        Assert.False(EdgeTls.IsIssuedBy(core, pki.Authority, time.GetUtcNow(), "1.3.6.1.5.5.7.3.2"));
        Assert.Equal(PlantPki.GatewayName, gateway.GetNameInfo(X509NameType.SimpleName, false));
    }

    [Fact]
    public void A_later_start_keeps_them()
    {
        PlantPki.Open(PkiFolder, time).Dispose();
        var before = Directory.GetFiles(PkiFolder).ToDictionary(file => file, File.ReadAllBytes);
        time.Advance(TimeSpan.FromDays(100));
        PlantPki.Open(PkiFolder, time).Dispose();
        Assert.All(before, file => Assert.Equal(file.Value, File.ReadAllBytes(file.Key)));
    }

    [Fact]
    public void Certificates_are_renewed_before_they_expire_also_while_the_core_runs()
    {
        using var pki = PlantPki.Open(PkiFolder, time);
        var (authority, gatewayBefore, serial) = (Bytes("ca.crt"), Bytes("gateway.crt"), pki.Core.SerialNumber);
        time.Advance(TimeSpan.FromDays(330));

        Assert.NotEqual(serial, pki.Core.SerialNumber);
        Assert.NotEqual(gatewayBefore, Bytes("gateway.crt"));
        Assert.Equal(authority, Bytes("ca.crt"));
        Assert.True(EdgeTls.IsIssuedBy(pki.Core, pki.Authority, time.GetUtcNow().AddDays(300), "1.3.6.1.5.5.7.3.1"));
    }

    [Fact]
    public void A_certificate_that_cannot_be_renewed_serves_on_while_it_is_valid_and_somebody_is_told()
    {
        var told = new List<string>();
        using var pki = PlantPki.Open(PkiFolder, time, told.Add);
        var serial = pki.Core.SerialNumber;
        foreach (var name in new[] { "core", "gateway" }) Directory.CreateDirectory(Path.Combine(PkiFolder, $"{name}.key.new"));   // nothing can be written there
        time.Advance(TimeSpan.FromDays(330));

        Assert.Equal(serial, pki.Core.SerialNumber);
        Assert.Equal(2, told.Count);
        Assert.Contains("CN=core", told[0], StringComparison.Ordinal);
        using (var again = PlantPki.Open(PkiFolder, time)) Assert.Equal(serial, again.Core.SerialNumber);
        time.Advance(TimeSpan.FromDays(40));
        Assert.ThrowsAny<Exception>(() => pki.Core);
    }

    [Fact]
    public void Certificates_of_a_lost_authority_are_made_anew()
    {
        PlantPki.Open(PkiFolder, time).Dispose();
        File.Delete(Path.Combine(PkiFolder, "ca.key"));
        using var pki = PlantPki.Open(PkiFolder, time);
        using var gateway = Certificate("gateway");
        Assert.True(EdgeTls.IsIssuedBy(gateway, pki.Authority, time.GetUtcNow()));
    }

    [Fact]
    public void A_damaged_file_is_named_together_with_the_cure()
    {
        PlantPki.Open(PkiFolder, time).Dispose();
        File.WriteAllText(Path.Combine(PkiFolder, "core.crt"), "no certificate");
        var message = Assert.ThrowsAny<Exception>(() => PlantPki.Open(PkiFolder, time)).Message;
        Assert.Contains("core.crt", message, StringComparison.Ordinal);
        Assert.Contains("Delete", message, StringComparison.Ordinal);
    }
}
