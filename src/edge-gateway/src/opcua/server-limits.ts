import { AttributeIds, VariableIds, type ClientSession } from "node-opcua";

/** The server has said that it gives no more: to be left in peace for longer than one that does not answer. */
export class ServerLimit extends Error {}

const limitIds = {
  MaxNodesPerRead: VariableIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead,
  MaxMonitoredItemsPerCall: VariableIds.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall,
  MaxSubscriptions: VariableIds.Server_ServerCapabilities_MaxSubscriptions,
  MaxSubscriptionsPerSession: VariableIds.Server_ServerCapabilities_MaxSubscriptionsPerSession,
  MaxMonitoredItems: VariableIds.Server_ServerCapabilities_MaxMonitoredItems,
  MaxMonitoredItemsPerSubscription: VariableIds.Server_ServerCapabilities_MaxMonitoredItemsPerSubscription,
} as const;

export type LimitName = keyof typeof limitIds;

/** What a server tells of its limits (OPC UA Part 5, 6.3.2 and 6.3.11). Many tell nothing, and some tell what they do not keep. */
export type ServerLimits = ReadonlyMap<LimitName, number>;

export async function readLimits(session: ClientSession): Promise<ServerLimits> {
  const names = Object.keys(limitIds) as LimitName[];
  const limits = new Map<LimitName, number>();
  // One by one: a server that takes one node a call is told by this very read.
  for (const name of names) {
    const [value] = await session.read([{ nodeId: `ns=0;i=${limitIds[name]}`, attributeId: AttributeIds.Value }]);
    const limit: unknown = value?.value.value;
    // 0 stands for no limit.
    if (value?.statusCode.isGood() === true && typeof limit === "number" && limit > 0) limits.set(name, limit);
  }
  return limits;
}

/** The status that an error of the library carries in its text; it has no field for it. */
export function statusIn(error: Error): string | undefined {
  return /\bBad[A-Z]\w+/.exec(error.message)?.[0];
}

/** `BadTooManyMonitoredItems; it tells MaxMonitoredItems 20, MaxMonitoredItemsPerSubscription 5`. */
export function limitText(status: string, limits: ServerLimits, names: readonly LimitName[]): string {
  const told = names.flatMap((name) => (limits.has(name) ? [`${name} ${limits.get(name)}`] : []));
  return `${status}; it tells ${told.length > 0 ? told.join(", ") : "no such limit"}`;
}
