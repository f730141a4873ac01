import { X509Certificate } from "node:crypto";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OPCUACertificateManager, StatusCodes } from "node-opcua";
import { afterAll, beforeAll, expect, test } from "vitest";
import { trustOf } from "./gateway-trust.js";
import { samePassword, sharedPassword } from "./password.js";

let data: string;
let folder: string;
let gateway: Buffer;
const day = 24 * 60 * 60 * 1000;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "security-"));
  folder = join(data, "certs");
  const maker = new OPCUACertificateManager({ rootFolder: join(data, "pki"), keySize: 2048, disableFileWatchers: true });
  await maker.initialize();
  const file = join(data, "gateway.pem");
  await maker.createSelfSignedCertificate({ outputFile: file, applicationUri: "urn:test", subject: "/CN=gateway", dns: [], startDate: new Date(), validity: 30 });
  await maker.dispose();
  gateway = new X509Certificate(await readFile(file)).raw;
});
afterAll(() => rm(data, { recursive: true, force: true }));

test("a gateway is trusted by the very bytes of its certificate, as DER or as PEM, within its time", async () => {
  expect(await trustOf([gateway], folder, new Date())).toEqual(StatusCodes.BadCertificateUntrusted);
  await mkdir(folder);
  await writeFile(join(folder, "half-written.pem"), "-----BEGIN CERTIFICATE-----\nMIIB");
  await writeFile(join(folder, "gateway.der"), gateway);
  expect(await trustOf([gateway], folder, new Date())).toEqual(StatusCodes.Good);
  expect(await trustOf([gateway], folder, new Date(Date.now() - 2 * day))).toEqual(StatusCodes.BadCertificateTimeInvalid);
  expect(await trustOf([gateway], folder, new Date(Date.now() + 31 * day))).toEqual(StatusCodes.BadCertificateTimeInvalid);
  expect(await trustOf([], folder, new Date())).toEqual(StatusCodes.BadCertificateInvalid);
});

test("a certificate that differs in one bit is untrusted", async () => {
  const forged = Buffer.from(gateway);
  forged.writeUInt8(forged.readUInt8(forged.length - 1) ^ 1, forged.length - 1);
  expect(await trustOf([forged], folder, new Date())).toEqual(StatusCodes.BadCertificateUntrusted);
});

test("however many find the password missing, they agree on one of 32 characters and leave nothing beside it", async () => {
  const file = join(data, "secrets/opcua-gateway.password");
  const passwords = await Promise.all([sharedPassword(file), sharedPassword(file), sharedPassword(file)]);
  expect(new Set(passwords).size).toBe(1);
  expect(passwords[0]).toMatch(/^[\w-]{32}$/);
  expect(await readdir(join(data, "secrets"))).toEqual(["opcua-gateway.password"]);
});

test("an empty password file is one sentence with cause and cure", async () => {
  const file = join(data, "empty.password");
  await writeFile(file, "\n");
  await expect(sharedPassword(file)).rejects.toThrow(`${file} is empty, so no one knows the gateway's password; remove it,`);
});

test("an empty password matches nothing", () => {
  expect(samePassword("secret", "secret")).toBe(true);
  expect(samePassword("secret", "secret2")).toBe(false);
  expect(samePassword("", "")).toBe(false);
});
