import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { SecurityPolicyName } from "../plant/definition.js";

/** RSA key lengths that the three policies allow (OPC UA Part 7, security policies): the same for all of them today. */
const keyBits: Record<SecurityPolicyName, { readonly least: number; readonly most: number }> = {
  Basic256Sha256: { least: 2048, most: 4096 },
  Aes128_Sha256_RsaOaep: { least: 2048, most: 4096 },
  Aes256_Sha256_RsaPss: { least: 2048, most: 4096 },
};

/** DER of the object identifier sha1WithRSAEncryption. */
const sha1WithRsa = Buffer.from("06092a864886f70d010105", "hex");

/**
 * What is wrong with a server's certificate whoever vouches for it, with its cure (OPC UA Part 4, 6.1.3). Looked at before trust:
 * nobody should be asked to trust a certificate that is refused afterwards.
 */
export function faultOf(certificate: X509Certificate, applicationUri: string | null, policy: SecurityPolicyName, now: Date): string | undefined {
  const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  if (now > to) return `has expired on ${day(to)} (BadCertificateTimeInvalid); give the server a new certificate, or set this machine's clock if it is wrong: it says ${now.toISOString()}`;
  if (now < from) return `is not valid before ${day(from)} (BadCertificateTimeInvalid); one of the two clocks is wrong: this machine's says ${now.toISOString()}`;
  const { least, most } = keyBits[policy];
  const bits = certificate.publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (certificate.publicKey.asymmetricKeyType !== "rsa" || bits < least || bits > most) {
    return `has ${certificate.publicKey.asymmetricKeyType === "rsa" ? `an RSA key of ${bits} bits` : `a key of another kind than RSA`}, ${policy} needs RSA of ${least} to ${most} bits (BadCertificatePolicyCheckFailed); give the server a certificate with such a key`;
  }
  if (certificate.raw.includes(sha1WithRsa)) return `is signed with SHA-1, ${policy} needs SHA-256 (BadCertificatePolicyCheckFailed); give the server a certificate signed with SHA-256`;
  const uris = applicationUrisOf(certificate);
  if (applicationUri === null || !uris.includes(applicationUri)) {
    return `is made for ${uris.join(", ") || "no application URI"}, but the server says that it is ${applicationUri ?? "nobody"} (BadCertificateUriInvalid); give the server a certificate made for its application URI`;
  }
  return undefined;
}

/**
 * Only where an issuer vouches for the server: it vouches for many, and the name tells them apart. A certificate that a person has
 * trusted by its thumbprint is that server's alone, whatever address it is reached at.
 */
export function hostFaultOf(certificate: X509Certificate, url: string): string | undefined {
  const host = new URL(url.replace(/^opc\.tcp:/, "http:")).hostname.replace(/^\[|\]$/g, "");
  const matches = isIP(host) === 0 ? certificate.checkHost(host, { subject: "never" }) : certificate.checkIP(host);
  return matches !== undefined ? undefined
    : `is not made for ${host}, but for ${certificate.subjectAltName ?? "no host"} (BadCertificateHostNameInvalid), and is trusted only through its issuer; give the server a certificate that names this host, or trust this very certificate`;
}

/** What the trust list's answer means and what to do; its status codes are those of Part 4, table 101. */
export function trustFault(status: string, pkiFolder: string, command: string): string {
  if (status === "BadCertificateRevoked") return `has been revoked by its issuer (${status}); give the server a new certificate`;
  if (status === "BadCertificateRevocationUnknown" || status === "BadCertificateIssuerRevocationUnknown") {
    return `is issued by an authority whose revocation list is not here (${status}); put that list, as a .pem file, into ${pkiFolder}/issuers/crl`;
  }
  if (status === "BadCertificateChainIncomplete") {
    return `is issued by an authority that is not known here (${status}); put the authority's certificate into ${pkiFolder}/issuers/certs and its revocation list into ${pkiFolder}/issuers/crl, as .pem files; then trust the server: ${command}`;
  }
  if (status === "BadCertificateIssuerTimeInvalid") return `is issued by an authority whose own certificate is not valid now (${status}); put the authority's new one into ${pkiFolder}/issuers/certs`;
  if (status === "BadCertificateUntrusted") return `is not trusted; compare the thumbprint at the server, then run: ${command}`;
  return `is refused: ${status}; the server needs another certificate`;
}

/** Node.js gives the alternative names as `URI:a, DNS:b`; a name with a special character stands in quotes, as JSON. */
export function applicationUrisOf(certificate: X509Certificate): string[] {
  const names = certificate.subjectAltName ?? "";
  return [...names.matchAll(/(?:^|, )URI:("(?:[^"\\]|\\.)*"|[^,]*)/g)].map(([, uri]) => (uri?.startsWith('"') === true ? (JSON.parse(uri) as string) : (uri ?? "")));
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
