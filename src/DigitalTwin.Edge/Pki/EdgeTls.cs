using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace DigitalTwin.Edge.Pki;

/// <summary>Mutual TLS of the edge link: both sides trust the plant's authority and nobody else.</summary>
public static class EdgeTls
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Makes a listener accept only clients that hold a client certificate of the plant.</summary>
    public static ListenOptions UseEdgeLinkTls(this ListenOptions listener, PlantPki pki, TimeProvider time)
    {
        // WebSockets over HTTP/1.1: the gateway's client speaks nothing else.
        listener.Protocols = HttpProtocols.Http1;
        return listener.UseHttps(https =>
        {
            https.ServerCertificateSelector = (_, _) => pki.Core;
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.CheckCertificateRevocation = false;   // there is no revocation list: the authority has issued one certificate to one folder
            https.ClientCertificateValidation = (certificate, _, errors) =>
                (errors & SslPolicyErrors.RemoteCertificateNotAvailable) == 0
                && IsIssuedBy(certificate, pki.Authority, time.GetUtcNow(), ClientAuthentication);
            https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        });
    }

    /// <param name="purpose">Object identifier of the extended key usage it has to have.</param>
    public static bool IsIssuedBy(X509Certificate2 certificate, X509Certificate2 authority, DateTimeOffset now, string? purpose = null)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        if (purpose is not null) chain.ChainPolicy.ApplicationPolicy.Add(new Oid(purpose));
        return chain.Build(certificate);
    }
}
