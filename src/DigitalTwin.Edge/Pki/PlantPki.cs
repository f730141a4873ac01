using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DigitalTwin.Edge.Pki;

/// <param name="Name">Of its files in the folder, without their endings.</param>
public sealed record PkiCertificate(string Name, string Subject, DateTimeOffset NotAfter);

/// <summary>
/// The plant's own certificates in <c>DIR/pki</c>, as PEM: a certificate authority, the core's server certificate and the gateway's client
/// certificate. Made at first start and renewed before they expire; keys are for their owner alone.
/// </summary>
public sealed class PlantPki : IDisposable
{
    /// <summary>Common name of the gateway's certificate, and with it the gateway's name on the link.</summary>
    public const string GatewayName = "gateway";

    private static readonly TimeSpan AuthorityLife = TimeSpan.FromDays(3650);
    private static readonly TimeSpan LeafLife = TimeSpan.FromDays(365);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(60);
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string folder;
    private readonly TimeProvider time;
    private readonly Action<string> report;
    private readonly Lock renewing = new();
    private readonly X509Certificate2 authority;
    private X509Certificate2 core;
    private X509Certificate2 gateway;

    private PlantPki(string folder, TimeProvider time, Action<string> report)
    {
        (this.folder, this.time, this.report) = (folder, time, report);
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        authority = Renewed(Load("ca"), MakeAuthority);
        core = Renewed(LoadIssued("core"), MakeCore);
        gateway = Renewed(LoadIssued("gateway"), MakeGateway);
    }

    /// <param name="report">Told in one sentence when a certificate cannot be renewed; while it is valid it stays, and the next handshake tries again.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="CryptographicException">A file there is no certificate or key.</exception>
    public static PlantPki Open(string folder, TimeProvider time, Action<string>? report = null) => new(Path.GetFullPath(folder), time, report ?? (_ => { }));

    /// <summary>The only issuer that the link trusts.</summary>
    public X509Certificate2 Authority => authority;

    /// <summary>The core's server certificate, with its key; renewed here when its time comes, together with the gateway's.</summary>
    public X509Certificate2 Core
    {
        get
        {
            if (!IsDue(core) && !IsDue(gateway)) return core;
            lock (renewing)
            {
                core = Renewed(core, MakeCore);
                gateway = Renewed(gateway, MakeGateway);
            }
            return core;
        }
    }

    /// <summary>As they are in the folder now: looking renews none.</summary>
    public IReadOnlyList<PkiCertificate> Certificates
    {
        get
        {
            lock (renewing)
                return [Told("ca", authority), Told("core", core), Told("gateway", gateway)];
        }
    }

    private static PkiCertificate Told(string name, X509Certificate2 certificate) => new(name, certificate.Subject, certificate.NotAfter.ToUniversalTime());

    public void Dispose()
    {
        authority.Dispose();
        core.Dispose();
        gateway.Dispose();
    }

    /// <returns>The present one until it is due, and beyond where no other can be made and it is still valid.</returns>
    private X509Certificate2 Renewed(X509Certificate2? present, Func<X509Certificate2> make)
    {
        if (present is not null && !IsDue(present)) return present;
        try
        {
            return make();
        }
        catch (Exception e) when (present is not null && !IsOver(present) && e is (IOException or UnauthorizedAccessException))
        {
            report($"The certificate {present.Subject} in {folder} cannot be renewed and is valid until {present.NotAfter.ToUniversalTime():u}: {e.Message}");
            return present;
        }
    }

    private bool IsOver(X509Certificate2 certificate) => certificate.NotAfter.ToUniversalTime() <= time.GetUtcNow().UtcDateTime;

    private bool IsDue(X509Certificate2 certificate) => certificate.NotAfter.ToUniversalTime() - RenewBefore <= time.GetUtcNow().UtcDateTime;

    private X509Certificate2 MakeAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=DigitalTwin plant CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = time.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now + AuthorityLife);
        return Save("ca", made, key);
    }

    private X509Certificate2 MakeCore()
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        return Issue("core", "CN=core", "1.3.6.1.5.5.7.3.1", names.Build());   // id-kp-serverAuth
    }

    private X509Certificate2 MakeGateway()
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(GatewayName);
        return Issue("gateway", $"CN={GatewayName}", "1.3.6.1.5.5.7.3.2", names.Build());   // id-kp-clientAuth
    }

    private X509Certificate2 Issue(string name, string subject, string purpose, X509Extension alternativeNames)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        request.CertificateExtensions.Add(alternativeNames);
        var now = time.GetUtcNow();
        using var made = request.Create(authority, now.AddDays(-1), now + LeafLife, RandomNumberGenerator.GetBytes(16));
        return Save(name, made, key);
    }

    /// <summary>The key is written before the certificate: who finds a certificate finds its key.</summary>
    private X509Certificate2 Save(string name, X509Certificate2 certificate, ECDsa key)
    {
        Write($"{name}.key", key.ExportPkcs8PrivateKeyPem(), OwnerOnly);
        Write($"{name}.crt", certificate.ExportCertificatePem(), OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return Load(name) ?? throw new CryptographicException($"{PathOf($"{name}.crt")} was written and is over already: is the clock right?");
    }

    private void Write(string file, string content, UnixFileMode mode)
    {
        var temporary = PathOf(file + ".new");
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
        using (var stream = new FileStream(temporary, options))
        using (var writer = new StreamWriter(stream))
        {
            writer.Write(content + "\n");
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, PathOf(file), overwrite: true);
    }

    /// <returns>Null when it is absent, over, or its key is of another (a crash between two renames).</returns>
    private X509Certificate2? Load(string name)
    {
        var (certificate, key) = (PathOf($"{name}.crt"), PathOf($"{name}.key"));
        if (!File.Exists(certificate) || !File.Exists(key)) return null;
        try
        {
            using var pem = X509Certificate2.CreateFromPemFile(certificate, key);
            // Through PKCS#12: TLS does not take a key that lives in memory only on every platform.
            var loaded = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
            if (!IsOver(loaded)) return loaded;
            loaded.Dispose();
            return null;
        }
        catch (ArgumentException)
        {
            return null;   // key and certificate do not belong together
        }
        catch (CryptographicException e)
        {
            throw new CryptographicException($"{certificate} or {key} is no PEM certificate with its key: {e.Message} Delete both and start again; they are made anew.", e);
        }
    }

    private X509Certificate2? LoadIssued(string name)
    {
        var loaded = Load(name);
        if (loaded is null || EdgeTls.IsIssuedBy(loaded, authority, time.GetUtcNow())) return loaded;
        loaded.Dispose();
        return null;   // of an authority that was made anew
    }

    private string PathOf(string file) => Path.Combine(folder, file);
}
