import { join } from "node:path";
import {
  DataType, MessageSecurityMode, OPCUACertificateManager, LocalizedText, OPCUAServer, QualifiedName, Range, SecurityPolicy, StatusCodes, Variant, VariantArrayType, makeExpandedNodeId, resolveNodeId, standardUnits,
  type BrowseRequest, type Namespace, type UAObject,
} from "node-opcua";
import { present } from "./present.js";

export const uri = "urn:test:every type;v=1";

const guid = "72962B91-FA75-4AE6-8D28-B404DC7DAF63";

/** One value of each built-in type that is a single value (Part 6, 5.1.2). */
export const scalars: readonly (readonly [name: string, dataType: DataType, value: unknown])[] = [
  ["Boolean", DataType.Boolean, true], ["SByte", DataType.SByte, -8], ["Byte", DataType.Byte, 8], ["Int16", DataType.Int16, -16], ["UInt16", DataType.UInt16, 16],
  ["Int32", DataType.Int32, -32], ["UInt32", DataType.UInt32, 32], ["Int64", DataType.Int64, [0xffffffff, 0xffffffc0]], ["UInt64", DataType.UInt64, [0x200000, 1]],
  ["Float", DataType.Float, 0.5], ["Double", DataType.Double, 1.25], ["String", DataType.String, "hello"], ["DateTime", DataType.DateTime, new Date("2026-01-05T06:00:00Z")],
  ["Guid", DataType.Guid, guid], ["ByteString", DataType.ByteString, Buffer.from([1, 2, 255])], ["XmlElement", DataType.XmlElement, "<a/>"],
  ["NodeId", DataType.NodeId, resolveNodeId("ns=1;s=x")], ["ExpandedNodeId", DataType.ExpandedNodeId, makeExpandedNodeId(resolveNodeId("ns=1;s=x"))], ["StatusCode", DataType.StatusCode, StatusCodes.BadTimeout],
  ["QualifiedName", DataType.QualifiedName, new QualifiedName({ namespaceIndex: 1, name: "axis" })], ["LocalizedText", DataType.LocalizedText, new LocalizedText({ text: "Tür", locale: "de" })],
];

/** How mean the server is; each limit is one that a real one has. */
export interface Limits {
  readonly referencesPerNode?: number;
  readonly continuationPoints?: number;
  /** The server does not say how many continuation points it has. */
  readonly untold?: boolean;
  readonly nodesPerBrowse?: number;
  readonly nodesPerRead?: number;
}

export interface EveryTypeServer {
  readonly url: string;
  readonly certificateFile: string;
  /** Calls of the browse services. */
  readonly browses: () => number;
  stop(): Promise<void>;
}

/** A real OPC UA server in this process that shows whatever a signal can be, and what none can. User `gateway`. */
export async function everyTypeServer(folder: string, password: string, limits: Limits = {}, policies = [SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes256_Sha256_RsaPss], modes = [MessageSecurityMode.SignAndEncrypt]): Promise<EveryTypeServer> {
  const manager = new OPCUACertificateManager({ rootFolder: join(folder, "server-pki"), keySize: 2048, automaticallyAcceptUnknownCertificate: true, disableFileWatchers: true });
  await manager.initialize();
  const certificateFile = join(folder, "server-pki", "own", "certs", "server.pem");
  await manager.createSelfSignedCertificate({ outputFile: certificateFile, applicationUri: "urn:test-server", subject: "/CN=Test server", dns: ["localhost"], ip: ["127.0.0.1"], startDate: new Date(Date.now() - 60_000), validity: 2 });
  const server = new OPCUAServer({
    port: 0, host: "127.0.0.1", hostname: "127.0.0.1", serverInfo: { applicationUri: "urn:test-server" },
    serverCertificateManager: manager, userCertificateManager: manager, certificateFile, privateKeyFile: manager.privateKey,
    securityModes: modes, securityPolicies: policies, allowAnonymous: false,
    userManager: { isValidUser: (user: string, given: string) => user === "gateway" && given === password },
    serverCapabilities: {
      maxBrowseContinuationPoints: limits.untold === true ? 0 : (limits.continuationPoints ?? 0),
      operationLimits: { maxNodesPerBrowse: limits.nodesPerBrowse ?? 0, maxNodesPerRead: limits.nodesPerRead ?? 0 },
    },
  });
  await server.initialize();
  const addressSpace = present(server.engine.addressSpace);
  populate(addressSpace.registerNamespace(uri) as Namespace, addressSpace.rootFolder.objects);
  const browses = countAndLimit(server, limits);
  await server.start();
  return { url: `opc.tcp://127.0.0.1:${present(server.endpoints[0]).port}`, certificateFile, browses, stop: () => server.shutdown(0) };
}

/** node-opcua has no limit of its own on the references of an answer; other servers have, and give a continuation point. */
function countAndLimit(server: OPCUAServer, { referencesPerNode, continuationPoints, untold }: Limits): () => number {
  let calls = 0;
  const services = server as unknown as Record<string, (message: { request: BrowseRequest }, channel: unknown) => void>;
  for (const service of ["_on_BrowseRequest", "_on_BrowseNextRequest"]) {
    const original = present(services[service]);
    services[service] = function (this: unknown, message, channel) {
      calls++;
      const { request } = message;
      if (referencesPerNode !== undefined && "requestedMaxReferencesPerNode" in request) request.requestedMaxReferencesPerNode = Math.min(request.requestedMaxReferencesPerNode, referencesPerNode);
      if (untold === true) server.engine.serverCapabilities.maxBrowseContinuationPoints = continuationPoints ?? 0;
      original.call(this, message, channel);
    };
  }
  return () => calls;
}

function populate(namespace: Namespace, objects: UAObject): void {
  const plant = namespace.addObject({ browseName: "Plant", nodeId: "s=Plant", organizedBy: objects });
  const press = namespace.addObject({ browseName: "Press", nodeId: "s=Press", componentOf: plant });
  const add = (parent: UAObject, name: string, dataType: DataType | string, value: Variant | null, more: object = {}) =>
    namespace.addVariable({ componentOf: parent, browseName: name, nodeId: `s=${parent.browseName.name}.${name}`, dataType, ...(value === null ? {} : { value }), ...more });
  const scalar = (dataType: DataType, value: unknown) => new Variant({ dataType, value, arrayType: VariantArrayType.Scalar });

  for (const [name, dataType, value] of scalars) add(press, name, dataType, scalar(dataType, value));

  const motor = namespace.addObject({ browseName: "Motor", nodeId: "g=72962b91-fa75-4ae6-8d28-b404dc7daf63", componentOf: press });
  const analog = (name: string, more: object) => namespace.addAnalogDataItem({ componentOf: motor, browseName: name, nodeId: `s=Motor.${name}`, dataType: "Double", value: scalar(DataType.Double, 3), ...more } as Parameters<Namespace["addAnalogDataItem"]>[0]);
  analog("Temperature", { engineeringUnits: standardUnits.degree_celsius, engineeringUnitsRange: { low: -10, high: 120 }, instrumentRange: { low: -50, high: 200 }, accessLevel: "CurrentRead", userAccessLevel: "CurrentRead", minimumSamplingInterval: 500 });
  analog("Speed", { engineeringUnits: standardUnits.hertz, engineeringUnitsRange: { low: 0, high: 50 } });
  add(motor, "Torque", DataType.Double, scalar(DataType.Double, 1), { nodeId: "i=4711", accessLevel: "CurrentRead", userAccessLevel: "CurrentRead" });
  // A graph, not a tree: the motor knows its press, and the plant lists the motor a second time.
  motor.addReference({ referenceType: "Organizes", nodeId: press.nodeId });
  plant.addReference({ referenceType: "Organizes", nodeId: motor.nodeId });
  namespace.addMethod(motor, { browseName: "Start", nodeId: "s=Motor.Start" }).bindMethod((_inputs, _context, done) => done(null, { statusCode: StatusCodes.Good }));

  const states = namespace.addObject({ browseName: "States", nodeId: "s=States", componentOf: press });
  const strings = namespace.addEnumerationType({ browseName: "GateState", enumeration: ["Open", "Shut", "Locked"] });
  const values = namespace.addEnumerationType({ browseName: "DriveState", enumeration: [{ displayName: "Stopped", value: 10 }, { displayName: "Running", value: 20 }] });
  namespace.addVariable({ componentOf: states, browseName: "Gate", nodeId: "s=States.Gate", dataType: strings, value: scalar(DataType.Int32, 1) });
  namespace.addVariable({ componentOf: states, browseName: "Drive", nodeId: "s=States.Drive", dataType: values, value: scalar(DataType.Int32, 20) });
  namespace.addTwoStateDiscrete({ componentOf: states, browseName: "Door", nodeId: "s=States.Door", trueState: "shut", falseState: "open", value: true } as Parameters<Namespace["addTwoStateDiscrete"]>[0]);
  namespace.addMultiStateDiscrete({ componentOf: states, browseName: "Colour", nodeId: "s=States.Colour", enumStrings: ["red", "green"], value: 1 } as Parameters<Namespace["addMultiStateDiscrete"]>[0]);
  namespace.addMultiStateValueDiscrete({ componentOf: states, browseName: "Step", nodeId: "s=States.Step", dataType: "UInt32", enumValues: { Fill: 5, Press: 7 }, value: 7 } as unknown as Parameters<Namespace["addMultiStateValueDiscrete"]>[0]);

  const arrays = namespace.addObject({ browseName: "Arrays", nodeId: "s=Arrays", componentOf: press });
  const list = (name: string, dataType: DataType, value: unknown, dimensions?: number[]) => add(arrays, name, dataType, new Variant({
    dataType, value, arrayType: dimensions === undefined ? VariantArrayType.Array : VariantArrayType.Matrix, ...(dimensions === undefined ? {} : { dimensions }),
  }), { valueRank: dimensions?.length ?? 1, ...(dimensions === undefined ? {} : { arrayDimensions: dimensions }) });
  list("Zones", DataType.Double, new Float64Array([80, 81, 82]));
  list("Vehicles", DataType.String, ["VIN1", ""]);
  list("Totals", DataType.UInt64, [[0, 1], [0xffffffff, 0xffffffff]]);
  list("Grid", DataType.Int32, new Int32Array([1, 2, 3, 4, 5, 6]), [2, 3]);
  list("Wave", DataType.Float, new Float32Array(100));
  list("Empty", DataType.Double, new Float64Array(0));

  const others = namespace.addObject({ browseName: "Others", nodeId: "s=Others", componentOf: press });
  add(others, "Any", "BaseDataType", scalar(DataType.Double, 7));
  add(others, "Nothing", "BaseDataType", scalar(DataType.Null, null));
  add(others, "Structure", "Range", scalar(DataType.ExtensionObject, new Range({ low: 0, high: 1 })));
  add(others, "Secret", DataType.Double, scalar(DataType.Double, 1), { accessLevel: "CurrentRead | CurrentWrite", userAccessLevel: "CurrentWrite" });
  for (let number = 1; number <= 40; number++) add(others, `Lamp ${number}`, DataType.Boolean, scalar(DataType.Boolean, false), { accessLevel: "CurrentRead", userAccessLevel: "CurrentRead" });
}
