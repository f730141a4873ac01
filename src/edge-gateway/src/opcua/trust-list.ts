import { X509Certificate } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

// Loads without node-opcua, so that the trust command answers at once.

/** The gateway's own application instance certificate and the certificates of the servers it may talk to, as node-opcua lays them out. */
export interface Pki {
  readonly folder: string;
  readonly certificateFile: string;
  readonly privateKeyFile: string;
  readonly applicationUri: string;
}

export function pkiOf(folder: string): Pki {
  return {
    folder,
    certificateFile: join(folder, "own", "certs", "client_certificate.pem"),
    privateKeyFile: join(folder, "own", "private", "private_key.pem"),
    applicationUri: `urn:${hostname()}:DigitalTwin:edge-gateway`,
  };
}

/** SHA-1 of the DER bytes, upper-case hex: how OPC UA names a certificate (Part 6, 6.2.2). */
export function thumbprintOf(der: Uint8Array): string {
  return new X509Certificate(der).fingerprint.replaceAll(":", "");
}

/** Keeps a refused certificate where the trust command finds it; not one that was trusted while it was being refused: in both folders it would count as refused for ever. */
export async function keepRejected(pki: Pki, der: Uint8Array): Promise<void> {
  const folder = join(pki.folder, "rejected");
  const thumbprint = thumbprintOf(der);
  const isIt = (certificate: { thumbprint: string }) => certificate.thumbprint === thumbprint;
  const kept = (await certificatesIn(folder)).filter(isIt);
  if ((await certificatesIn(join(pki.folder, "trusted", "certs"))).some(isIt)) {
    for (const { path } of kept) await rm(path, { force: true });
  } else if (kept.length === 0) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${thumbprint}.pem`), new X509Certificate(der).toString());
  }
}

/** Whether a person has trusted this very certificate, and not only its issuer. */
export async function isTrustedItself(pki: Pki, der: Uint8Array): Promise<boolean> {
  const thumbprint = thumbprintOf(der);
  return (await certificatesIn(join(pki.folder, "trusted", "certs"))).some((certificate) => certificate.thumbprint === thumbprint);
}

/**
 * Trusts a server certificate, or all that an authority vouches for: from a PEM or DER file, or a refused one by its thumbprint.
 * @returns a sentence on what was done.
 */
export async function trust(pki: Pki, fileOrThumbprint: string): Promise<string> {
  const rejected = await certificatesIn(join(pki.folder, "rejected"));
  const wanted = fileOrThumbprint.replaceAll(":", "").toUpperCase();
  let der = rejected.find((certificate) => certificate.thumbprint === wanted)?.der;
  if (der === undefined) {
    if (!(await exists(fileOrThumbprint))) {
      const names = rejected.map((certificate) => certificate.thumbprint).join(", ") || "none";
      throw new Error(`"${fileOrThumbprint}" is neither a certificate file nor the thumbprint of a refused certificate in ${join(pki.folder, "rejected")} (${names})`);
    }
    der = readCertificate(await readFile(fileOrThumbprint), fileOrThumbprint);
  }
  const certificate = new X509Certificate(der);
  // An authority is looked for among the issuers, and vouches for servers only if it is trusted as well (OPC UA Part 12, 7.8.2).
  for (const store of certificate.ca ? ["issuers", "trusted"] : ["trusted"]) {
    const folder = join(pki.folder, store, "certs");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${thumbprintOf(der)}.pem`), certificate.toString());
  }
  for (const refused of rejected) if (refused.thumbprint === thumbprintOf(der)) await rm(refused.path, { force: true });
  return `trusted ${subjectOf(certificate)}, SHA-1 thumbprint ${thumbprintOf(der)}, valid until ${certificate.validTo}`;
}

export function subjectOf(certificate: X509Certificate): string {
  return certificate.subject.replaceAll("\n", ", ");
}

function readCertificate(bytes: Buffer, path: string): Buffer {
  try {
    return new X509Certificate(bytes).raw;
  } catch (error) {
    throw new Error(`${path} is not a certificate in PEM or DER (${(error as Error).message})`);
  }
}

async function certificatesIn(folder: string): Promise<{ path: string; der: Buffer; thumbprint: string }[]> {
  const names = await readdir(folder).catch(() => []);
  const found = [];
  for (const name of names) {
    if (!/\.(pem|der|crt|cer)$/i.test(name)) continue;
    const path = join(folder, name);
    const der = readCertificate(await readFile(path), path);
    found.push({ path, der, thumbprint: thumbprintOf(der) });
  }
  return found;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}
