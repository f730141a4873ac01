import { join } from "node:path";
import { onTestFinished } from "vitest";
import { ensureOwnCertificate } from "../opcua/certificate-manager.js";
import type { Item, Periods } from "../opcua/connection.js";
import { Endpoint, type EndpointStatus } from "../opcua/endpoint.js";
import { KnownNodes } from "../opcua/known-nodes.js";
import { pkiOf, trust, type Pki } from "../opcua/trust-list.js";
import type { SecurityPolicyName } from "../plant/definition.js";

export const probePassword = "correct horse battery staple";

export interface ProbeOptions {
  readonly folder: string;
  readonly url: string;
  readonly items: readonly Item[];
  readonly policy?: SecurityPolicyName;
  readonly periods?: Periods;
}

/** An endpoint of a gateway without the gateway: keeps what it delivers, says and logs. */
export class EndpointProbe {
  /** Values by the name of the item, in the order in which they came. */
  readonly values = new Map<string, unknown[]>();
  /** Items of which a value came that says that some before it are missing. */
  readonly holes = new Set<string>();
  readonly log: string[] = [];
  losses = 0;
  /** Sampling of what is eased, by the name of the item: as told last. */
  eased = new Map<string, number>();
  readonly nodesFile: string;

  private constructor(readonly endpoint: Endpoint, nodes: KnownNodes) {
    this.nodesFile = nodes.file;
  }

  static async start(options: ProbeOptions): Promise<EndpointProbe> {
    const pki = pkiOfProbe(options.folder);
    await ensureOwnCertificate(pki);
    const nodes = new KnownNodes(join(options.folder, "gateway", "nodes", "e.json"));
    const definition = { name: "e", url: options.url, securityPolicy: options.policy ?? "Basic256Sha256", userName: "gateway" } as const;
    const endpoint = new Endpoint(definition, options.items, { pki, password: probePassword, nodes, trustCommand: (thumbprint) => `trust-it ${thumbprint}` }, {
      values: (index, values) => index.forEach((at, position) => {
        const { name } = options.items[at] as Item;
        probe.values.set(name, [...(probe.values.get(name) ?? []), values[position]?.value.value]);
        if (values[position]?.statusCode.hasOverflowBit === true) probe.holes.add(name);
      }),
      sampling: (eased) => { probe.eased = new Map([...eased].map(([index, ms]) => [(options.items[index] as Item).name, ms])); },
      lost: () => { probe.losses++; },
    }, (_, text) => probe.log.push(text), options.periods);
    const probe = new EndpointProbe(endpoint, nodes);
    onTestFinished(() => endpoint.stop());
    endpoint.start();
    return probe;
  }

  get status(): EndpointStatus {
    return this.endpoint.status(new Date());
  }

  newest(name: string): unknown {
    return this.values.get(name)?.at(-1);
  }
}

export function pkiOfProbe(folder: string): Pki {
  return pkiOf(join(folder, "gateway", "pki"));
}

export async function trustAtProbe(folder: string, certificateFile: string): Promise<void> {
  await trust(pkiOfProbe(folder), certificateFile);
}
