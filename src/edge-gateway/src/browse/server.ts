/**
 * A session on one server for looking only: reads and browses in portions that the server takes, to the end of each continuation point.
 * It is made like the gateway's own sessions: same certificate, same trust list, SignAndEncrypt, user and password.
 */
import {
  AttributeIds, MessageSecurityMode, OPCUAClient, SecurityPolicy, UserTokenType, VariableIds,
  type BrowseDescriptionOptions, type BrowseResult, type ClientSession, type DataValue, type OPCUACertificateManager, type ReadValueIdOptions, type ReferenceDescription,
} from "node-opcua";
import { readFile } from "node:fs/promises";
import { X509Certificate } from "node:crypto";
import { openCertificateManager } from "../opcua/certificate-manager.js";
import { close, common } from "../opcua/connection.js";
import { trustedCertificate, UntrustedServer } from "../opcua/server-certificate.js";
import { thumbprintOf, type Pki } from "../opcua/trust-list.js";
import { securityPolicies, type SecurityPolicyName } from "../plant/definition.js";
import { firstLine, Refused } from "./refused.js";

export interface Access {
  readonly pki: Pki;
  readonly password: string;
  readonly timeoutMs: number;
  /** The whole command line that trusts this certificate and goes on. */
  readonly trustCommand: (thumbprint: string) => string;
}

export interface Address {
  readonly url: string;
  readonly userName: string;
  /** The strongest that the server offers, where it is left out. */
  readonly securityPolicy?: SecurityPolicyName;
}

/** The policies that the gateway speaks, the one it likes best first. */
const preferred: readonly SecurityPolicyName[] = ["Aes256_Sha256_RsaPss", "Basic256Sha256", "Aes128_Sha256_RsaOaep"];
const nodesPerCall = 500;
const referencesPerNode = 1000;

/** Opens a session, uses it, and closes it whatever happened. @throws Refused with the cure; also when stopped or when the connection breaks. */
export async function withServer<T>(address: Address, access: Access, stop: AbortSignal, use: (server: Server, policy: SecurityPolicyName) => Promise<T>): Promise<T> {
  const manager = await openCertificateManager(access.pki);
  const ending = new Ending(address.url, stop);
  let client: OPCUAClient | undefined;
  let session: ClientSession | undefined;
  try {
    const setup = async (): Promise<SecurityPolicyName> => {
      const policy = chosen(address, await offered(address.url, manager, access.pki));
      ending.throwIfEnded();
      const serverCertificate = await certificateOf({ ...address, name: address.url, securityPolicy: policy }, access, manager);
      ending.throwIfEnded();
      client = OPCUAClient.create({
        ...common(manager, access.pki), serverCertificate,
        securityMode: MessageSecurityMode.SignAndEncrypt, securityPolicy: SecurityPolicy[policy], requestedSessionTimeout: 60_000, keepSessionAlive: true,
      });
      await connect(client, address.url, access.pki);
      for (const event of ["connection_lost", "close", "abort"] as const) client.on(event, () => ending.because(new Refused("UNREACHABLE", `the connection to ${address.url} broke; run the command again`)));
      ending.throwIfEnded();
      session = await login(client, address, access.password);
      return policy;
    };
    const policy = await ending.within(access.timeoutMs, setup());
    return await ending.unless(Server.over(session as unknown as ClientSession, (call) => ending.unless(call)).then((server) => use(server, policy)));
  } finally {
    ending.because(new Refused("ERROR", "the session was closed"));
    await close(session, client, manager);
  }
}

async function offered(url: string, manager: OPCUACertificateManager, pki: Pki): Promise<readonly string[]> {
  const discovery = OPCUAClient.create({ ...common(manager, pki), securityMode: MessageSecurityMode.None, securityPolicy: SecurityPolicy.None });
  try {
    await discovery.connect(url);
    return (await discovery.getEndpoints()).map((endpoint) => `${MessageSecurityMode[endpoint.securityMode]} ${endpoint.securityPolicyUri?.split("#")[1] ?? "?"}`);
  } catch (error) {
    throw new Refused("UNREACHABLE", `no OPC UA server answers at ${url} (${firstLine(error)}); check address, port and firewall`);
  } finally {
    await discovery.disconnect();
  }
}

function chosen({ url, securityPolicy }: Address, offers: readonly string[]): SecurityPolicyName {
  const wanted = securityPolicy === undefined ? preferred : [securityPolicy];
  const policy = wanted.find((name) => offers.includes(`SignAndEncrypt ${name}`));
  if (policy !== undefined) return policy;
  const theirs = [...new Set(offers)].join(", ");
  throw new Refused("POLICY", securityPolicy === undefined
    ? `${url} offers only ${theirs}; the gateway takes SignAndEncrypt with ${securityPolicies.join(", ")} and nothing weaker: switch one of them on at the server`
    : `${url} offers only ${theirs}, not SignAndEncrypt ${securityPolicy} as the plant definition says: change its securityPolicy, or the server`);
}

async function certificateOf(endpoint: Parameters<typeof trustedCertificate>[0], access: Access, manager: OPCUACertificateManager): Promise<Buffer> {
  try {
    return (await trustedCertificate(endpoint, common(manager, access.pki), manager, access.pki, access.trustCommand)).der;
  } catch (error) {
    if (error instanceof UntrustedServer) throw new Refused("UNTRUSTED", `${endpoint.url}: ${error.message}`);
    throw new Refused("UNREACHABLE", `${endpoint.url}: ${firstLine(error)}`);
  }
}

async function connect(client: OPCUAClient, url: string, pki: Pki): Promise<void> {
  try {
    await client.connect(url);
  } catch (error) {
    const own = new X509Certificate(await readFile(pki.certificateFile)).raw;
    throw new Refused("DENIED", `${url} answers, but refuses a secure channel (${firstLine(error)}); most likely it does not trust this gateway yet: `
      + `trust ${pki.certificateFile} at the server (SHA-1 thumbprint ${thumbprintOf(own)}, application URI ${pki.applicationUri}), then run the same command again`);
  }
}

async function login(client: OPCUAClient, { url, userName }: Address, password: string): Promise<ClientSession> {
  try {
    return await client.createSession({ type: UserTokenType.UserName, userName, password });
  } catch (error) {
    const why = firstLine(error);
    if (/BadUserAccessDenied|BadIdentityToken/.test(why)) throw new Refused("DENIED", `${url} refuses user ${userName} (${why}); name another with --user and --password-file`);
    throw new Refused("ERROR", `${url} opens no session for ${userName}: ${why}`);
  }
}

/** What ends everything under way: a person, the connection, or the end of the work. */
class Ending {
  readonly #ended: Promise<never>;
  #why: Refused | undefined;
  #reject!: (why: Refused) => void;
  readonly #stopped = (): void => this.because(new Refused("ERROR", "it was stopped before its end; nothing was written"));

  constructor(private readonly url: string, private readonly stop: AbortSignal) {
    this.#ended = new Promise((_, reject) => { this.#reject = reject; });
    this.#ended.catch(() => undefined);
    stop.addEventListener("abort", this.#stopped);
    if (stop.aborted) this.#stopped();
  }

  because(why: Refused): void {
    this.stop.removeEventListener("abort", this.#stopped);
    this.#why ??= why;
    this.#reject(this.#why);
  }

  throwIfEnded(): void {
    if (this.#why !== undefined) throw this.#why;
  }

  unless<T>(work: Promise<T>): Promise<T> {
    work.catch(() => undefined);
    return Promise.race([work, this.#ended]);
  }

  async within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.because(new Refused("UNREACHABLE", `${this.url} opened no session within ${milliseconds / 1000} s; wait longer with --timeout SECONDS`)), milliseconds);
    try {
      return await this.unless(work);
    } finally {
      clearTimeout(timer);
    }
  }
}

export class Server {
  #nodesPerRead = nodesPerCall;
  #nodesPerBrowse = nodesPerCall;

  private constructor(private readonly session: ClientSession, private readonly guarded: <T>(call: Promise<T>) => Promise<T>, readonly namespaces: readonly string[]) {}

  static async over(session: ClientSession, guarded: <T>(call: Promise<T>) => Promise<T>): Promise<Server> {
    session.requestedMaxReferencesPerNode = referencesPerNode;
    const server = new Server(session, guarded, await guarded(session.readNamespaceArray()));
    const [reads, browses, points] = await server.read([
      VariableIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead, VariableIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerBrowse,
      VariableIds.Server_ServerCapabilities_MaxBrowseContinuationPoints,
    ].map((id) => ({ nodeId: `i=${id}`, attributeId: AttributeIds.Value })));
    server.#nodesPerRead = limit(reads, nodesPerCall);
    // More nodes in a call than the server has continuation points would be answered for some of them only.
    server.#nodesPerBrowse = Math.min(limit(browses, nodesPerCall), limit(points, nodesPerCall));
    return server;
  }

  /** In the order of what was asked. */
  read(values: readonly ReadValueIdOptions[]): Promise<DataValue[]> {
    return inPortions(values, this.#nodesPerRead, (portion) => this.guarded(this.session.read([...portion])));
  }

  /** The references of each node, all of them; undefined for a node that the server does not know. */
  browse(nodes: readonly BrowseDescriptionOptions[]): Promise<(readonly ReferenceDescription[] | undefined)[]> {
    return inPortions(nodes, this.#nodesPerBrowse, (portion) => this.#browsePortion(portion));
  }

  async #browsePortion(portion: readonly BrowseDescriptionOptions[]): Promise<(readonly ReferenceDescription[] | undefined)[]> {
    const results = await this.guarded(this.session.browse([...portion]));
    const references = results.map((result) => [...(result.references ?? [])]);
    let open = results.flatMap((result, index) => continuation(result, index));
    while (open.length > 0) {
      const next = await this.guarded(this.session.browseNext(open.map(({ point }) => point), false));
      open = open.flatMap(({ index }, at) => {
        const result = next[at] as BrowseResult;
        if (result.statusCode.isNotGood()) throw new Refused("ERROR", `the server broke off a list of references in the middle (${result.statusCode.name}); run the command again`);
        references[index]?.push(...(result.references ?? []));
        return continuation(result, index);
      });
    }
    const all: (readonly ReferenceDescription[] | undefined)[] = results.map((result, index) => (result.statusCode.isGood() ? references[index] : undefined));
    for (const [index, result] of results.entries()) {
      if (result.statusCode.name !== "BadNoContinuationPoints") continue;
      if (portion.length === 1) throw new Refused("ERROR", "the server has no continuation point free for even one node; close other clients, then run the command again");
      // The points are free again now, so each of those left out can have one.
      [all[index]] = await this.#browsePortion([portion[index] as BrowseDescriptionOptions]);
    }
    return all;
  }
}

function continuation(result: BrowseResult, index: number): { index: number; point: Buffer }[] {
  const point = result.continuationPoint as Buffer | null | undefined;
  return point !== null && point !== undefined && point.length > 0 ? [{ index, point }] : [];
}

/** 0 and an answer that is none mean: no limit told. */
function limit(value: DataValue | undefined, most: number): number {
  const told: unknown = value?.value?.value;
  return typeof told === "number" && told > 0 ? Math.min(told, most) : most;
}

/** A server that takes fewer at a time than it said, or said nothing, gets half as many until it does. */
async function inPortions<T, R>(items: readonly T[], most: number, call: (portion: readonly T[]) => Promise<R[]>): Promise<R[]> {
  const results: R[] = [];
  for (let size = most; results.length < items.length;) {
    const portion = items.slice(results.length, results.length + size);
    try {
      results.push(...(await call(portion)));
    } catch (error) {
      if (portion.length === 1 || !/BadTooManyOperations|BadEncodingLimitsExceeded|BadResponseTooLarge|BadTcpMessageTooLarge/.test(String(error))) throw timedOut(error);
      size = Math.ceil(portion.length / 2);
    }
  }
  return results;
}

function timedOut(error: unknown): unknown {
  return /BadTimeout|[Tt]ransaction has timed out/.test(String(error)) ? new Refused("TIMEOUT", `the server did not answer in time (${firstLine(error)})`) : error;
}
