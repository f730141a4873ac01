import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { OPCUACertificateManager } from "node-opcua";
import type { Pki } from "./trust-list.js";

const validDays = 3650;

/** A fresh view of the folders: what has been trusted since the last one counts. Nothing is ever trusted by itself. */
export async function openCertificateManager(pki: Pki): Promise<OPCUACertificateManager> {
  const manager = new OPCUACertificateManager({
    rootFolder: pki.folder, keySize: 3072, automaticallyAcceptUnknownCertificate: false, disableFileWatchers: true,
  });
  await manager.initialize();
  return manager;
}

/** Creates the key and the certificate at the first start. */
export async function ensureOwnCertificate(pki: Pki): Promise<void> {
  const manager = await openCertificateManager(pki);
  try {
    if (existsSync(pki.certificateFile)) return;
    await manager.createSelfSignedCertificate({
      applicationUri: pki.applicationUri, subject: "/CN=DigitalTwin edge gateway/O=DigitalTwin", dns: [hostname(), "localhost"],
      startDate: new Date(Date.now() - 3600_000), validity: validDays, outputFile: pki.certificateFile,
    });
  } finally {
    await manager.dispose();
  }
}
