import { X509Certificate } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { OPCUACertificateManager, StatusCodes, type StatusCode } from "node-opcua";

/**
 * Trusts exactly the certificates that lie in the gateway's own folder, byte for byte, looked up at each connection:
 * a gateway that renews its certificate is known at once, and nothing is ever trusted by being seen.
 */
export class GatewayTrust extends OPCUACertificateManager {
  constructor(pki: string, private readonly gatewayCertificates: string) {
    super({ rootFolder: pki, keySize: 3072, automaticallyAcceptUnknownCertificate: false, disableFileWatchers: true });
  }

  override checkCertificate(chain: Buffer | Buffer[]): Promise<StatusCode>;
  override checkCertificate(chain: Buffer | Buffer[], callback: (error: Error | null, status?: StatusCode) => void): void;
  override checkCertificate(chain: Buffer | Buffer[], callback?: (error: Error | null, status?: StatusCode) => void): Promise<StatusCode> | undefined {
    const status = trustOf(Array.isArray(chain) ? chain : [chain], this.gatewayCertificates, new Date());
    if (callback === undefined) return status;
    status.then((code) => callback(null, code), (error: unknown) => callback(error as Error));
    return undefined;
  }
}

export async function trustOf(chain: readonly Buffer[], folder: string, now: Date): Promise<StatusCode> {
  const [own] = chain;
  if (own === undefined) return StatusCodes.BadCertificateInvalid;
  const trusted = await certificatesIn(folder);
  if (!trusted.some((certificate) => certificate.equals(own))) return StatusCodes.BadCertificateUntrusted;
  const { validFrom, validTo } = new X509Certificate(own);
  return now < new Date(validFrom) || now > new Date(validTo) ? StatusCodes.BadCertificateTimeInvalid : StatusCodes.Good;
}

/** DER bytes of every readable certificate; a file that is half written or no certificate trusts nobody. */
async function certificatesIn(folder: string): Promise<Buffer[]> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => /\.(pem|der)$/.test(name)).map((name) => readFile(join(folder, name)).then((bytes) => new X509Certificate(bytes).raw));
  return (await Promise.allSettled(files)).flatMap((file) => (file.status === "fulfilled" ? [file.value] : []));
}
