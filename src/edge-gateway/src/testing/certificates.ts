import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { OPCUACertificateManager } from "node-opcua";

/** Certificates for both ends of the link; each end trusts the other's alone, as the plant CA would have it. */
export async function createLinkCertificates(pki: string): Promise<void> {
  await mkdir(pki, { recursive: true });
  for (const name of ["core", "gateway"]) {
    const manager = new OPCUACertificateManager({ rootFolder: join(pki, `made-${name}`), keySize: 2048, disableFileWatchers: true });
    await manager.initialize();
    await manager.createSelfSignedCertificate({
      subject: `/CN=${name === "core" ? "localhost" : "gateway-1"}`, applicationUri: `urn:test:${name}`, dns: ["localhost"],
      startDate: new Date(Date.now() - 60_000), validity: 2, outputFile: join(pki, `${name}.crt`),
    });
    await copyFile(manager.privateKey, join(pki, `${name}.key`));
    await manager.dispose();
  }
  await writeFile(join(pki, "ca.crt"), await readFile(join(pki, "core.crt")));
}
