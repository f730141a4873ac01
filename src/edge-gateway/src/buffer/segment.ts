import { readFile } from "node:fs/promises";
import { decodeRecords, encodeRecord, type BufferRecord } from "./record.js";

/** State of the whole buffer where a segment starts; with it, only the newest segment has to be read at start-up. */
export interface SegmentHead {
  readonly firstSequence: number;
  /** Samples dropped since the buffer was made. */
  readonly dropped: number;
  /** Source time of the last row of each signal so far: [signal, microseconds]. */
  readonly last: readonly (readonly [number, number])[];
  /** Sequence from which on the rows before this segment are counted; not there in files of older gateways. */
  readonly countedSince?: number;
  /** Rows of each signal so far: [signal, rows]. */
  readonly counts?: readonly (readonly [number, number])[];
}

export function segmentName(firstSequence: number): string {
  return `${String(firstSequence).padStart(16, "0")}.seg`;
}

export function encodeHead(head: SegmentHead): Uint8Array {
  return encodeRecord({ sequence: head.firstSequence, count: 0, content: new TextEncoder().encode(JSON.stringify(head)) });
}

export interface ReadSegment {
  readonly head: SegmentHead;
  readonly records: readonly BufferRecord[];
  /** Bytes of whole records; what follows is torn. */
  readonly goodBytes: number;
  readonly fileBytes: number;
}

/** @returns undefined where not even the head is whole: the file was being created when the power went. */
export async function readSegment(path: string): Promise<ReadSegment | undefined> {
  const file = await readFile(path);
  const { records, goodBytes } = decodeRecords(file);
  const head = records.shift();
  if (head === undefined || head.count !== 0) return undefined;
  return { head: JSON.parse(new TextDecoder().decode(head.content)) as SegmentHead, records, goodBytes, fileBytes: file.length };
}
