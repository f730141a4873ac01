import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import type { ToldEased } from "../easing/eased-account.js";
import type { SamplesColumns } from "../samples/columns.js";

/** The messages of edge.proto as this gateway uses them; 64-bit integers are numbers, checked to be exact. */
export interface Frame {
  gatewayHello?: {
    gateway: string; bootId: string; bufferId: string; plantHash: string;
    firstSequence: number; nextSequence: number; signals: { number: number; id: string }[];
  };
  coreHello?: { bootId: string; storedSequence: number; credit: number; takesNewest: boolean };
  samples?: SamplesColumns;
  waveform?: { sequence: number; signal: number; sourceUs: number; serverUs: number; statusCode: number; format: string; content: Uint8Array };
  newest?: { rows: SamplesColumns; ageMs: number[] };
  thinned?: {
    rows: SamplesColumns; holeRow: number[]; holeCount: number[];
    lost: { signal: number[]; count: number[]; fromUs: number; toUs: number; reason: string }[];
  };
  gap?: { sequence: number; signal: number[]; fromUs: number; toUs: number; reason: string; samplingUs?: number };
  tick?: {
    counter: number; bootId: string; plantTimeUs: number; speed: number; clockStands: boolean;
    endpoints: { name: string; state: string; detail: string; serverCertificateUntilUs: number; ownCertificateUntilUs: number }[];
    buffered: number; dropped: number; droppedTelemetry: number; droppedDiagnostic: number; behindSeconds: number; levelInSeconds: number;
    easingLevel: number; easingSinceUs: number; easingWhy: string; easedTelemetryMs: number; easedDiagnosticMs: number;
  };
  counts?: { sequence: number; since: number; signal: number[]; sampled: number[]; eased: ToldEased[] };
  credit?: { samples: number };
  ack?: { sequence: number };
  command?: { commandId: string };
  commandReport?: { commandId: string; state: string; code: string; reason: string };
}

// The build copies the one definition beside the compiled files; tests read it where it lies.
const besides = fileURLToPath(new URL("../edge.proto", import.meta.url));
const original = fileURLToPath(new URL("../../../DigitalTwin.Edge/Link/edge.proto", import.meta.url));
const frameType = protobuf.loadSync(existsSync(besides) ? besides : original).lookupType("digitaltwin.edge.v1.Frame");

export function encodeFrame(frame: Frame): Uint8Array {
  return frameType.encode(frame).finish();
}

export function decodeFrame(bytes: Uint8Array): Frame {
  const frame = frameType.toObject(frameType.decode(bytes), { longs: String, defaults: true, arrays: true, oneofs: false });
  return exact(frame) as Frame;
}

const wide = new Set(["firstSequence", "nextSequence", "storedSequence", "sequence", "counter", "plantTimeUs", "fromUs", "toUs", "baseSourceUs", "baseServerUs", "buffered", "dropped", "droppedTelemetry", "droppedDiagnostic", "epoch", "tick", "sourceUs", "since", "sampled", "serverUs", "serverCertificateUntilUs", "ownCertificateUntilUs", "samplingUs", "totalUs", "sinceUs", "easingSinceUs"]);

/** 64-bit integers come as decimal texts (a double would round silently): each becomes a number, or the frame is refused. */
function exact(value: unknown, name = ""): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => exact(item, name));
  if (value instanceof Uint8Array) return value;
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, exact(member, key)]));
  }
  if (typeof value !== "string" || !(wide.has(name) || name === "sourceDtUs" || name === "serverDtUs")) return value;
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${name} ${value} is beyond the exact integers`);
  return number;
}
