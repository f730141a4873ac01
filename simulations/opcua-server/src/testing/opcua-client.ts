import { X509Certificate } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AttributeIds,
  ClientSubscription,
  DataChangeFilter,
  DataChangeTrigger,
  DeadbandType,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAClient,
  SecurityPolicy,
  TimestampsToReturn,
  UserTokenType,
  type ClientSession,
  type DataValue,
  type UserIdentityInfo,
} from "node-opcua";
import { OpcuaPlant, type ServedEndpoint } from "../opcua-plant.js";
import { EndpointPorts } from "../process/options.js";
import { PlantLink } from "../plant/plant-link.js";
import type { PlantListener, PlantSource } from "../plant/plant-source.js";
import type { ScriptedPlant } from "./scripted-plant.js";

export interface Running {
  readonly data: string;
  /** The first endpoint. */
  readonly server: ServedEndpoint;
  readonly endpoints: readonly ServedEndpoint[];
  readonly log: string[];
  /** Ends everything; rejects when the server's run had failed. */
  stop(): Promise<void>;
}

/** The servers of a scripted plant, in this process, on a data folder of their own. */
export async function runningServer(plant: ScriptedPlant): Promise<Running> {
  const running = await runningSource((listener, log) => new PlantLink(() => Promise.resolve(plant.port), listener, log));
  return { ...running, stop: () => running.stop().finally(() => plant.die()) };
}

export async function runningSource(source: (listener: PlantListener, log: (text: string) => void) => PlantSource): Promise<Running> {
  const data = await mkdtemp(join(tmpdir(), "opcua-server-"));
  const log: string[] = [];
  let opcua: OpcuaPlant | null = null;
  let run: Promise<void> = Promise.resolve();
  const endpoints = await new Promise<readonly [ServedEndpoint, ...ServedEndpoint[]]>((ready, failed) => {
    opcua = new OpcuaPlant({ data, ports: new EndpointPorts(0), source: (listener) => source(listener, (text) => log.push(text)), log: (text) => log.push(text), ready: (running) => Promise.resolve(ready(running)) });
    run = opcua.run();
    run.catch(failed);
  });
  return {
    data,
    server: endpoints[0],
    endpoints,
    log,
    stop: async () => {
      await opcua?.close();
      await run;
      await rm(data, { recursive: true, force: true });
    },
  };
}

export interface Identity {
  /** Folder of the client's certificate; the default is the gateway's own, which the server trusts. */
  readonly pki?: string;
  readonly securityMode?: MessageSecurityMode;
  readonly securityPolicy?: SecurityPolicy;
  readonly user?: UserIdentityInfo;
  /** Comes back by itself when the connection is lost. */
  readonly reconnects?: boolean;
  /** Asks the server with this mode and policy though it offers no such endpoint: a well-behaved client would give up by itself. */
  readonly force?: boolean;
}

/** A session as the gateway would open it, unless `identity` says otherwise. */
export async function connected<T>({ data, server }: Running, use: (session: ClientSession) => Promise<T>, identity: Identity = {}): Promise<T> {
  const pki = identity.pki ?? join(data, "gateway/pki");
  await mkdir(pki, { recursive: true });
  const certificates = new OPCUACertificateManager({ rootFolder: pki, keySize: 2048, automaticallyAcceptUnknownCertificate: true, disableFileWatchers: true });
  await certificates.initialize();
  const client = OPCUAClient.create({
    applicationName: "test gateway",
    clientCertificateManager: certificates,
    securityMode: identity.securityMode ?? MessageSecurityMode.SignAndEncrypt,
    securityPolicy: identity.securityPolicy ?? SecurityPolicy.Basic256Sha256,
    endpointMustExist: false,
    ...(identity.force === true ? { serverCertificate: new X509Certificate(await readFile(server.certificateFile)).raw } : {}),
    connectionStrategy: { maxRetry: identity.reconnects === true ? 100 : 0, initialDelay: 50, maxDelay: 200 },
  });
  try {
    await client.connect(`opc.tcp://127.0.0.1:${server.port}`);
    const session = await client.createSession(identity.user ?? (await gatewayUser(data)));
    return await use(session).finally(() => session.close());
  } finally {
    await client.disconnect();
    await certificates.dispose();
  }
}

export async function gatewayUser(data: string): Promise<UserIdentityInfo> {
  return { type: UserTokenType.UserName, userName: "gateway", password: await readFile(join(data, "pki/opcua-gateway.password"), "utf8") };
}

/** Subscribes as the gateway does: exception based, every status, value and time. */
export async function subscribed(session: ClientSession, nodeIds: readonly string[], heard: (index: number, value: DataValue) => void, queueSize = 1000): Promise<ClientSubscription> {
  const subscription = ClientSubscription.create(session, { requestedPublishingInterval: 100, requestedLifetimeCount: 100, requestedMaxKeepAliveCount: 10, maxNotificationsPerPublish: 0, publishingEnabled: true, priority: 1 });
  const group = await subscription.monitorItems(
    nodeIds.map((nodeId) => ({ nodeId, attributeId: AttributeIds.Value })),
    { samplingInterval: 0, queueSize, discardOldest: true, filter: new DataChangeFilter({ trigger: DataChangeTrigger.StatusValueTimestamp, deadbandType: DeadbandType.None, deadbandValue: 0 }) },
    TimestampsToReturn.Both,
  );
  group.on("changed", (_item, value, index) => heard(index, value));
  return subscription;
}

export function sourceMicros(value: DataValue): number {
  return (value.sourceTimestamp?.getTime() ?? 0) * 1000 + Math.floor(value.sourcePicoseconds / 1_000_000);
}

/** Waits for a condition across a real socket, in bounds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, milliseconds = 10_000): Promise<void> {
  const giveUpAt = performance.now() + milliseconds;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`not within ${milliseconds} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
