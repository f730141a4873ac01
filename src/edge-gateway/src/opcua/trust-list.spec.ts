import { X509Certificate } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../testing/folder.js";
import { ensureOwnCertificate } from "./certificate-manager.js";
import { keepRejected, pkiOf, thumbprintOf, trust } from "./trust-list.js";

test("a certificate that is trusted while a connection is being refused for it stays trusted", async () => {
  const folder = temporaryFolder();
  const server = pkiOf(join(folder, "server"));
  await ensureOwnCertificate(server);
  const der = new X509Certificate(readFileSync(server.certificateFile)).raw;
  const pki = pkiOf(join(folder, "gateway"));
  const rejected = join(pki.folder, "rejected");
  await keepRejected(pki, der);
  expect(readdirSync(rejected)).toEqual([`${thumbprintOf(der)}.pem`]);
  await trust(pki, thumbprintOf(der));
  expect(readdirSync(rejected)).toEqual([]);
  mkdirSync(rejected, { recursive: true });
  copyFileSync(server.certificateFile, join(rejected, "the library wrote it late.pem"));
  await keepRejected(pki, der);
  expect(readdirSync(rejected)).toEqual([]);
}, 60_000);
