import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { temporaryFolder } from "../testing/folder.js";
import { makeCertificate, type Wanted } from "../testing/made-pki.js";
import { applicationUrisOf, faultOf, hostFaultOf } from "./certificate-faults.js";

function made(wanted: Partial<Wanted> = {}): X509Certificate {
  return new X509Certificate(readFileSync(makeCertificate(temporaryFolder(), { name: "server", ...wanted }).certificateFile));
}

const fault = (certificate: X509Certificate, uri: string | null = "urn:test-server") => faultOf(certificate, uri, "Basic256Sha256", new Date());

test("a certificate in its time, with a long enough key and made for the server that shows it, has no fault", () => {
  expect(fault(made())).toBeUndefined();
});

test.each([
  ["expired", { fromDays: -10, untilDays: -1 }, /has expired on .*BadCertificateTimeInvalid/],
  ["not yet valid", { fromDays: 2 }, /is not valid before .*one of the two clocks is wrong/],
  ["with a key of 1024 bits", { bits: 1024 }, /RSA key of 1024 bits, Basic256Sha256 needs RSA of 2048 to 4096/],
  ["signed with SHA-1", { hash: "sha1" }, /signed with SHA-1, Basic256Sha256 needs SHA-256/],
  ["made for another server", { applicationUri: "urn:other, with a comma" }, /is made for urn:other, with a comma, but the server says that it is urn:test-server \(BadCertificateUriInvalid\)/],
] as const)("a certificate %s is refused with the reason and the cure", (_, wanted, sentence) => {
  expect(fault(made(wanted))).toMatch(sentence);
});

test("a name in quotes is the name itself, and one certificate may have several", () => {
  expect(applicationUrisOf(made({ applicationUri: 'urn:a "b", DNS:c' }))).toEqual(['urn:a "b", DNS:c']);
});

test("a certificate has to name the host that is dialled: a name, or an address", () => {
  const certificate = made({ hosts: ["press1.plant"] });
  expect(hostFaultOf(certificate, "opc.tcp://press1.plant:4840/ua")).toBeUndefined();
  expect(hostFaultOf(certificate, "opc.tcp://PRESS1.plant")).toBeUndefined();
  expect(hostFaultOf(certificate, "opc.tcp://press2.plant:4840")).toMatch(/is not made for press2.plant, but for .*DNS:press1.plant.*trusted only through its issuer/);
  expect(hostFaultOf(certificate, "opc.tcp://10.0.0.7:4840")).toMatch(/is not made for 10.0.0.7/);
  expect(hostFaultOf(certificate, "opc.tcp://[fe80::1]:4840")).toMatch(/is not made for fe80::1/);
});
