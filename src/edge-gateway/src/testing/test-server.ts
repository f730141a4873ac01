import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  DataType, MessageSecurityMode, OPCUACertificateManager, OPCUAServer, SecurityPolicy, StatusCodes, Variant, type MonitoredItem, type OPCUAServerOptions, type UAVariable,
} from "node-opcua";
import { present } from "./present.js";

export interface TestServerOptions {
  readonly folder: string;
  readonly port: number;
  /** In the order in which the server registers them: that makes their indexes. */
  readonly namespaces: readonly string[];
  readonly password: string;
  /** Per namespace; string identifiers. */
  readonly numbers?: readonly string[];
  readonly texts?: readonly string[];
  readonly times?: readonly string[];
  /** In the first namespace; a node id is that of the caller, as `i=7`. */
  readonly nodes?: readonly { readonly nodeId: string; readonly browseName: string; readonly dataType: DataType }[];
  readonly limits?: OPCUAServerOptions["serverCapabilities"];
  readonly identity?: { readonly certificateFile: string; readonly privateKeyFile: string; readonly applicationUri: string };
  readonly trustsNobody?: boolean;
  readonly policies?: readonly SecurityPolicy[];
}

/** A real OPC UA server in this process, with values set by the test. */
export class TestServer {
  readonly #nodes = new Map<string, UAVariable>();

  private constructor(readonly server: OPCUAServer, readonly certificateFile: string) {}

  static async start(options: TestServerOptions): Promise<TestServer> {
    const manager = new OPCUACertificateManager({ rootFolder: join(options.folder, "server-pki"), keySize: 2048, automaticallyAcceptUnknownCertificate: options.trustsNobody !== true, disableFileWatchers: true });
    await manager.initialize();
    const certificateFile = options.identity?.certificateFile ?? join(options.folder, "server-pki", "own", "certs", "test-server.pem");
    const applicationUri = "urn:test-server";
    if (!existsSync(certificateFile)) {
      await manager.createSelfSignedCertificate({
        outputFile: certificateFile, applicationUri, subject: "/CN=Test server", dns: ["localhost"], startDate: new Date(Date.now() - 60_000), validity: 365,
      });
    }
    const server = new OPCUAServer({
      port: options.port, host: "127.0.0.1", hostname: "127.0.0.1", serverInfo: { applicationUri },
      serverCertificateManager: manager, userCertificateManager: manager, certificateFile, privateKeyFile: options.identity?.privateKeyFile ?? manager.privateKey,
      ...(options.limits === undefined ? {} : { serverCapabilities: options.limits }),
      securityModes: [MessageSecurityMode.SignAndEncrypt], securityPolicies: [...(options.policies ?? [SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes256_Sha256_RsaPss])], allowAnonymous: false,
      userManager: { isValidUser: (user: string, password: string) => user === "gateway" && password === options.password },
    });
    await server.initialize();
    const running = new TestServer(server, certificateFile);
    const addressSpace = present(server.engine.addressSpace);
    for (const uri of options.namespaces) {
      const namespace = addressSpace.registerNamespace(uri);
      const folder = namespace.addFolder(addressSpace.rootFolder.objects, { browseName: `Plant ${uri}` });
      const add = (id: string, dataType: DataType, value: unknown) => running.#nodes.set(`${uri} ${id}`, namespace.addVariable({
        componentOf: folder, browseName: id, nodeId: `s=${id}`, dataType, minimumSamplingInterval: 0, value: new Variant({ dataType, value }),
      }));
      for (const { nodeId, browseName, dataType } of uri === options.namespaces[0] ? (options.nodes ?? []) : []) {
        running.#nodes.set(`${uri} ${nodeId}`, namespace.addVariable({
          componentOf: folder, browseName, nodeId, dataType, minimumSamplingInterval: 0, value: new Variant({ dataType, value: dataType === DataType.String ? "" : 0 }),
        }));
      }
      for (const id of options.numbers ?? []) add(id, DataType.Double, 0);
      for (const id of options.texts ?? []) add(id, DataType.String, "");
      for (const id of options.times ?? []) add(id, DataType.DateTime, new Date(0));
    }
    await server.start();
    return running;
  }

  get port(): number {
    return present(this.server.endpoints[0]).port;
  }

  set(uri: string, id: string, value: number | string | Date, sourceUs: number, status = StatusCodes.Good): void {
    const node = present(this.#nodes.get(`${uri} ${id}`));
    const dataType = typeof value === "number" ? DataType.Double : typeof value === "string" ? DataType.String : DataType.DateTime;
    const variant = new Variant({ dataType, value });
    node.setValueFromSource(variant, status, new Date(Math.floor(sourceUs / 1000)));
  }

  /** A node that was not there when the server started. */
  addNumber(uri: string, id: string): void {
    const addressSpace = present(this.server.engine.addressSpace);
    this.#nodes.set(`${uri} ${id}`, present(addressSpace.getNamespace(uri)).addVariable({
      organizedBy: addressSpace.rootFolder.objects, browseName: id, nodeId: `s=${id}`, dataType: DataType.Double, minimumSamplingInterval: 0, value: new Variant({ dataType: DataType.Double, value: 0 }),
    }));
  }

  /** Once, when the next request of this service has come and before the server sees to it. */
  beforeNext(service: "CreateMonitoredItems" | "ModifyMonitoredItems", act: () => void): void {
    const handlers = this.server as unknown as Record<string, (...request: unknown[]) => void>;
    const name = `_on_${service}Request`;
    const own = present(handlers[name]);
    handlers[name] = (...request) => {
      handlers[name] = own;
      act();
      own.apply(this.server, request);
    };
  }

  /** Sampling interval and length of the queue of each monitored item, by its string identifier. */
  get monitored(): Map<string, { samplingMs: number; queue: number }[]> {
    return new Map([...this.monitoredItems].map(([id, items]) => [id, items.map((item) => ({ samplingMs: item.samplingInterval, queue: item.queueSize }))]));
  }

  /** Monitored items of all sessions, by their string identifier. */
  get monitoredItems(): Map<string, MonitoredItem[]> {
    const { _sessions } = this.server.engine as unknown as { _sessions: Record<string, { publishEngine: { _subscriptions: Record<string, { monitoredItems: Record<string, MonitoredItem> }> } }> };
    const all = new Map<string, MonitoredItem[]>();
    for (const session of Object.values(_sessions))
      for (const subscription of Object.values(session.publishEngine._subscriptions))
        for (const item of Object.values(subscription.monitoredItems)) {
          const id = String(present(item.node).nodeId.value);
          all.set(id, [...(all.get(id) ?? []), item]);
        }
    return all;
  }

  async stop(): Promise<void> {
    await this.server.shutdown(0);
  }
}
