import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { MessageSecurityMode, OPCUAServer, SecurityPolicy, UserTokenType, type IAddressSpace } from "node-opcua";
import { markOverflowOfAnyStatus } from "./address-space/overflow.js";
import { GatewayTrust } from "./security/gateway-trust.js";
import { samePassword, sharedPassword } from "./security/password.js";

const applicationUri = "urn:digitaltwin:opcua-server";
const userName = "gateway";
/** Long, since no one renews the certificate of a simulated plant; delete `opcua-server/pki` for a new one. */
const certificateYears = 10;

/** Generous for one line and its gateway, recorders and engineers' clients, and bounded all the same. */
const limits = {
  connections: 50,
  sessions: 50,
  subscriptionsPerSession: 20,
  monitoredItemsPerSubscription: 20_000,
  monitoredItems: 100_000,
  nodesPerCall: 5_000,
};

export interface RunningServer {
  readonly port: number;
  readonly certificateFile: string;
  /** Who listens now. */
  audience(): { readonly sessions: number; readonly items: number };
  /** As a cut network looks from both sides: connections end without a word and none is taken; sessions and subscriptions go on until their time is out. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  isCut(): boolean;
  shutdown(): Promise<void>;
}

/** Another program listens there. */
export class PortTaken extends Error {
  constructor(port: number) {
    super(`Port ${port} is in use by another program; end it, or start this server with --port N of a free one.`);
  }
}

export interface ServerOptions {
  readonly data: string;
  readonly port: number;
  /** Fills the address space before the first client can see it. */
  readonly populate: (addressSpace: IAddressSpace) => void;
}

/** Listens on loopback only. SignAndEncrypt, user name and password, certificates as {@link GatewayTrust} knows them; nothing else gets in. */
export async function startServer({ data, port, populate }: ServerOptions): Promise<RunningServer> {
  const passwordFile = resolve(data, "pki/opcua-gateway.password");
  await sharedPassword(passwordFile);
  const trust = new GatewayTrust(resolve(data, "opcua-server/pki"), resolve(data, "gateway/pki/own/certs"));
  const certificateFile = join(trust.rootDir, "own/certs/certificate.pem");
  await trust.initialize();
  await ownCertificate(trust, certificateFile);

  markOverflowOfAnyStatus();
  const server = new OPCUAServer({
    port,
    host: "127.0.0.1",
    hostname: "127.0.0.1",
    serverInfo: { applicationUri, productUri: applicationUri, applicationName: { text: "DigitalTwin virtual plant", locale: "en" } },
    buildInfo: { productName: "DigitalTwin virtual plant", manufacturerName: "DigitalTwin" },
    serverCertificateManager: trust,
    userCertificateManager: trust,
    certificateFile,
    privateKeyFile: trust.privateKey,
    securityModes: [MessageSecurityMode.SignAndEncrypt],
    securityPolicies: [SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes128_Sha256_RsaOaep, SecurityPolicy.Aes256_Sha256_RsaPss],
    allowAnonymous: false,
    userManager: {
      isValidUserAsync: (user, password, callback) => {
        sharedPassword(passwordFile).then((expected) => callback(null, user === userName && samePassword(password, expected)), (error: unknown) => callback(error as Error));
      },
    },
    maxConnectionsPerEndpoint: limits.connections,
    serverCapabilities: {
      maxSessions: limits.sessions,
      maxSubscriptions: limits.sessions * 2,
      maxSubscriptionsPerSession: limits.subscriptionsPerSession,
      maxMonitoredItems: limits.monitoredItems,
      maxMonitoredItemsPerSubscription: limits.monitoredItemsPerSubscription,
      operationLimits: {
        maxNodesPerRead: limits.nodesPerCall,
        maxNodesPerWrite: limits.nodesPerCall,
        maxNodesPerBrowse: limits.nodesPerCall,
        maxNodesPerRegisterNodes: limits.nodesPerCall,
        maxNodesPerTranslateBrowsePathsToNodeIds: limits.nodesPerCall,
        maxMonitoredItemsPerCall: limits.nodesPerCall,
      },
    },
  });
  await server.initialize();
  const addressSpace = server.engine.addressSpace;
  if (addressSpace === null) throw new Error("node-opcua made no address space");
  populate(addressSpace);
  offerUserNameOnly(server);
  await server.start().catch((error: NodeJS.ErrnoException) => {
    throw /EADDRINUSE/.test(`${error.code} ${error.message}`) ? new PortTaken(port) : error;
  });
  let isCut = false;
  return {
    port: server.endpoints[0]?.port ?? port,
    certificateFile,
    audience: () => audienceOf(server),
    cut: async () => {
      await server.suspendEndPoints();
      for (const endpoint of server.endpoints) endpoint.abruptlyInterruptChannels();
      isCut = true;
    },
    mend: async () => {
      await server.resumeEndPoints();
      isCut = false;
    },
    isCut: () => isCut,
    shutdown: () => server.shutdown(0),
  };
}

function audienceOf(server: OPCUAServer): { sessions: number; items: number } {
  const sessions = server.engine.getSessions();
  const subscriptions = sessions.flatMap((session) => session.publishEngine.subscriptions);
  return { sessions: sessions.length, items: subscriptions.reduce((sum, subscription) => sum + subscription.monitoredItemCount, 0) };
}

async function ownCertificate(trust: GatewayTrust, file: string): Promise<void> {
  if (existsSync(file)) return;
  await trust.createSelfSignedCertificate({
    outputFile: file,
    applicationUri,
    subject: "/CN=DigitalTwin virtual plant/O=DigitalTwin",
    dns: ["localhost", hostname()],
    ip: ["127.0.0.1"],
    startDate: new Date(),
    validity: certificateYears * 365,
  });
}

/** The library has no option for it: its endpoints also offer X.509 user tokens, which nobody here can use. */
function offerUserNameOnly(server: OPCUAServer): void {
  for (const description of server.endpoints.flatMap((endpoint) => endpoint.endpointDescriptions()))
    description.userIdentityTokens = (description.userIdentityTokens ?? []).filter((token) => token.tokenType === UserTokenType.UserName);
}
