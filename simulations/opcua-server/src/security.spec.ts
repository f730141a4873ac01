import { cp, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AttributeIds, CreateSessionRequest, MessageSecurityMode, SecurityPolicy, StatusCodes, UserTokenPolicy, UserTokenType, OPCUAClient, type ClientSession } from "node-opcua";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lineNodes, t0 } from "./testing/line-nodes.js";
import { connected, gatewayUser, runningServer, type Running } from "./testing/opcua-client.js";
import { ScriptedPlant } from "./testing/scripted-plant.js";

let running: Running;
let stranger: string;

beforeAll(async () => {
  running = await runningServer(await new ScriptedPlant(lineNodes, () => lineNodes.map((node, n) => [n, node.dataType === "String" ? "" : 0, t0])).listen());
  stranger = await mkdtemp(join(tmpdir(), "opcua-stranger-"));
});
afterAll(async () => {
  await running.stop();
  await rm(stranger, { recursive: true, force: true });
});

const readsState = async (session: ClientSession): Promise<unknown> => (await session.read({ nodeId: "ns=2;s=Cell1.StateCurrent", attributeId: AttributeIds.Value })).value.value;

test.each([SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes128_Sha256_RsaOaep, SecurityPolicy.Aes256_Sha256_RsaPss])("the gateway gets in by %s", (securityPolicy) =>
  expect(connected(running, readsState, { securityPolicy })).resolves.toBe(0));

test("a client that insists on being nobody is refused by the server", () =>
  connected(running, async (session) => {
    const anonymous = new UserTokenPolicy({ policyId: "anonymous", tokenType: UserTokenType.Anonymous });
    (session as unknown as { endpoint: { userIdentityTokens: UserTokenPolicy[] } }).endpoint.userIdentityTokens.push(anonymous);
    expect(await session.changeUser({ type: UserTokenType.Anonymous })).toEqual(StatusCodes.BadUserAccessDenied);
  }));

test.each([
  ["a wrong password", { userName: "gateway", password: "guess" }],
  ["an empty password", { userName: "gateway", password: "" }],
  ["another user name", { userName: "root" }],
])("nobody gets in with %s", async (_, wrong) => {
  const user = { ...(await gatewayUser(running.data)), ...wrong } as Awaited<ReturnType<typeof gatewayUser>>;
  await expect(connected(running, readsState, { user })).rejects.toThrow(/BadUserAccessDenied|BadIdentityTokenRejected|BadIdentityTokenInvalid/);
});

test("an unknown certificate is refused, and let in once it lies in the gateway's folder", async () => {
  await expect(connected(running, readsState, { pki: stranger })).rejects.toThrow(/rejected by server|BadSecurityChecksFailed|BadCertificateUntrusted/);
  await cp(join(stranger, "own/certs/client_certificate.pem"), join(running.data, "gateway/pki/own/certs/renewed.pem"));
  expect(await connected(running, readsState, { pki: stranger })).toBe(0);
});

test("a client that insists on what is allowed gets in", () => expect(connected(running, readsState, { force: true })).resolves.toBe(0));

test.each([
  ["signed only", MessageSecurityMode.Sign, SecurityPolicy.Basic256Sha256],
  ["by a withdrawn policy", MessageSecurityMode.SignAndEncrypt, SecurityPolicy.Basic256],
])("a client that insists on getting in %s is refused by the server", (_, securityMode, securityPolicy) =>
  expect(connected(running, readsState, { securityMode, securityPolicy, force: true })).rejects.toThrow("rejected by server"));

test("a client that insists on a session without encryption is refused by the server", async () => {
  const client = OPCUAClient.create({ endpointMustExist: false, connectionStrategy: { maxRetry: 0 } });
  const endpointUrl = `opc.tcp://127.0.0.1:${running.server.port}`;
  await client.connect(endpointUrl);
  const request = new CreateSessionRequest({ endpointUrl, sessionName: "in the clear", requestedSessionTimeout: 10_000, clientNonce: Buffer.alloc(32, 1) });
  const ask = new Promise((resolve, reject) => {
    (client as unknown as { performMessageTransaction(request: object, callback: (error: Error | null, response?: object) => void): void }).performMessageTransaction(request, (error, response) => (error ? reject(error) : resolve(response)));
  });
  await expect(ask.finally(() => client.disconnect())).rejects.toThrow("BadSecurityModeRejected");
});

test("only encrypted endpoints with user name and password are offered", async () => {
  const client = OPCUAClient.create({ endpointMustExist: false, connectionStrategy: { maxRetry: 0 } });
  await client.connect(`opc.tcp://127.0.0.1:${running.server.port}`);
  const endpoints = await client.getEndpoints().finally(() => client.disconnect());
  expect(endpoints.map((endpoint) => endpoint.securityPolicyUri).sort()).toEqual([SecurityPolicy.Aes128_Sha256_RsaOaep, SecurityPolicy.Aes256_Sha256_RsaPss, SecurityPolicy.Basic256Sha256].sort());
  for (const endpoint of endpoints) {
    expect(endpoint.endpointUrl).toBe(`opc.tcp://127.0.0.1:${running.server.port}`);
    expect(endpoint.securityMode).toBe(MessageSecurityMode.SignAndEncrypt);
    expect(endpoint.userIdentityTokens?.map((token) => token.tokenType)).toEqual([UserTokenType.UserName]);
  }
});

test("the password and the private key are for their owner's eyes only", async () => {
  for (const file of ["pki/opcua-gateway.password", "opcua-server/pki/own/private/private_key.pem"]) expect((await stat(join(running.data, file))).mode & 0o777).toBe(0o600);
});
