// Fault 28 and 29 of the design: real servers with certificates of a made PKI, and what the gateway says of each.
import { X509Certificate } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SecurityPolicy } from "node-opcua";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { EndpointProbe, pkiOfProbe, probePassword, trustAtProbe } from "../testing/endpoint-probe.js";
import { temporaryFolder, until } from "../testing/folder.js";
import { Authority, makeCertificate, type Made, type Wanted } from "../testing/made-pki.js";
import { TestServer, type TestServerOptions } from "../testing/test-server.js";

const uri = "urn:test:line1";
const items = [{ name: "vibration", node: `nsu=${uri};s=Vibration` }];

beforeAll(() => {
  for (const method of ["log", "warn", "error"] as const) vi.spyOn(console, method).mockImplementation(() => undefined);
});

async function serve(folder: string, some: Partial<TestServerOptions>): Promise<TestServer> {
  const server = await TestServer.start({ folder, port: 0, namespaces: [uri], password: probePassword, numbers: ["Vibration"], ...some });
  onTestFinished(() => server.stop());
  return server;
}

const probe = (folder: string, server: TestServer, host = "127.0.0.1") => EndpointProbe.start({ folder, url: `opc.tcp://${host}:${server.port}`, items });

async function refused(folder: string, identity: Made, trusted = true): Promise<string> {
  const server = await serve(folder, { identity });
  if (trusted) await trustAtProbe(folder, identity.certificateFile);
  const { endpoint, values } = await probe(folder, server);
  await until("it is refused", () => endpoint.status(new Date()).state === "untrusted");
  expect(values.size).toBe(0);
  return endpoint.status(new Date()).detail;
}

const thumbprintAndDays = /server certificate CN=server, SHA-1 thumbprint [0-9A-F]{40}, valid .* to .*, /;

test.each([
  ["expired", { fromDays: -10, untilDays: -1 }, /has expired on/],
  ["not valid yet", { fromDays: 2 }, /is not valid before/],
  ["made for another application", { applicationUri: "urn:another" }, /is made for urn:another, but the server says that it is urn:test-server/],
  ["of a weak key", { bits: 1024 }, /RSA key of 1024 bits/],
] as const satisfies readonly (readonly [string, Partial<Wanted>, RegExp])[])("a trusted certificate that is %s is refused, named by its thumbprint and days, with the cure", async (_, wanted, sentence) => {
  const folder = temporaryFolder();
  const detail = await refused(folder, makeCertificate(join(folder, "made"), { name: "server", ...wanted }));
  expect(detail).toMatch(thumbprintAndDays);
  expect(detail).toMatch(sentence);
}, 60_000);

test("an unknown certificate is refused until the command that is shown has been run", async () => {
  const folder = temporaryFolder();
  const identity = makeCertificate(join(folder, "made"), { name: "server" });
  const server = await serve(folder, { identity });
  const it = await probe(folder, server);
  await until("it is refused", () => it.status.state === "untrusted");
  expect(it.status.detail).toMatch(thumbprintAndDays);
  expect(it.status.detail).toMatch(/is not trusted; compare the thumbprint at the server, then run: trust-it [0-9A-F]{40}$/);
  await trustAtProbe(folder, identity.certificateFile);
  await until("it is connected", () => it.status.state === "connected");
}, 60_000);

test("an authority vouches for its servers by name, and no longer for one that it has revoked", async () => {
  const folder = temporaryFolder();
  const authority = new Authority(join(folder, "made"));
  const identity = makeCertificate(join(folder, "made"), { name: "server", issuer: authority });
  const server = await serve(folder, { identity });
  const lists = join(pkiOfProbe(folder).folder, "issuers", "crl");
  const byName = await probe(folder, server, "localhost");
  await until("the issuer is unknown", () => /authority that is not known here \(BadCertificateChainIncomplete\); put/.test(byName.status.detail));
  await trustAtProbe(folder, authority.certificateFile);
  await until("the list is missing", () => /revocation list is not here \(BadCertificateRevocationUnknown\); put that list, as a .pem file, into .*issuers\/crl/.test(byName.status.detail));
  mkdirSync(lists, { recursive: true });
  copyFileSync(authority.revocationList([]), join(lists, "authority.pem"));
  await until("it is connected", () => byName.status.state === "connected");

  const byAddress = await probe(folder, server);
  await until("the address is refused", () => byAddress.status.state === "untrusted");
  expect(byAddress.status.detail).toMatch(/is not made for 127.0.0.1, but for .*DNS:localhost.*BadCertificateHostNameInvalid.*or trust this very certificate/);
  await trustAtProbe(folder, identity.certificateFile);
  await until("it is connected by its address too", () => byAddress.status.state === "connected");

  copyFileSync(authority.revocationList([identity]), join(lists, "authority.pem"));
  await byName.endpoint.stop();
  const again = await probe(folder, server, "localhost");
  await until("it is refused", () => again.status.state === "untrusted");
  expect(again.status.detail).toMatch(/has been revoked by its issuer \(BadCertificateRevoked\); give the server a new certificate/);
}, 60_000);

test("a server that offers old policies alone is refused, with what it offers", async () => {
  const folder = temporaryFolder();
  const server = await serve(folder, { policies: [SecurityPolicy.Basic256] });
  await trustAtProbe(folder, server.certificateFile);
  const it = await probe(folder, server);
  await until("it is refused", () => it.status.detail.includes("offers no SignAndEncrypt with Basic256Sha256, only SignAndEncrypt Basic256"));
  expect(it.status.state).toBe("failed");
}, 60_000);

test("a server that does not trust this gateway: the steps at the server are said, with the file and the thumbprint to compare", async () => {
  const folder = temporaryFolder();
  const server = await serve(folder, { trustsNobody: true });
  await trustAtProbe(folder, server.certificateFile);
  const it = await probe(folder, server);
  await until("it is refused", () => it.status.state === "untrusted");
  expect(it.status.detail).toMatch(/does not take this gateway's certificate \(.+\): .*CN=DigitalTwin edge gateway.*, SHA-1 thumbprint [0-9A-F]{40}\. At the server: 1\./);
  expect(it.status.detail).toContain(pkiOfProbe(folder).certificateFile);
  await server.server.serverCertificateManager.trustCertificate(new X509Certificate(readFileSync(pkiOfProbe(folder).certificateFile)).raw);
  await until("it is connected once it is trusted there", () => it.status.state === "connected");
}, 60_000);

test("a server's certificate that ends in ten days is taken, and said in the endpoint's state and once in the log", async () => {
  const folder = temporaryFolder();
  const identity = makeCertificate(join(folder, "made"), { name: "server", untilDays: 10.5 });
  const server = await serve(folder, { identity });
  await trustAtProbe(folder, identity.certificateFile);
  const it = await probe(folder, server);
  await until("it is connected", () => it.status.state === "connected");
  for (let looks = 0; looks < 3; looks++) expect(it.status.detail).toMatch(/1 nodes of .* monitored; the server's certificate ends on .*, in 10 days; give the server a new one before/);
  expect(it.log.filter((line) => line.includes("certificate ends on"))).toHaveLength(1);
  expect(it.status.serverCertificateUntilUs / 1000).toBe(Date.parse(new X509Certificate(readFileSync(identity.certificateFile)).validTo));
}, 60_000);
