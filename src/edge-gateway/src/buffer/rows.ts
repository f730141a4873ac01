import { decodeFrame, encodeFrame, type Frame } from "../link/frames.js";
import { pack, unpack } from "../samples/columns.js";
import type { ContentFormat, Row } from "../samples/row.js";
import type { BufferRecord } from "./record.js";

/** One frame holds at most so many rows; a small frame keeps the link responsive. */
export const rowsPerFrame = 500;

/** What a row without content takes in memory, about. */
const bytesPerRow = 250;

/** Rows as records, in their order: a content is a record of its own, the others go many together. */
export function recordsOf(rows: readonly Row[], firstSequence: number): BufferRecord[] {
  const records: BufferRecord[] = [];
  for (let from = 0; from < rows.length; ) {
    const sequence = firstSequence + from;
    const { content, ...row } = rows[from] as Row;
    if (content !== undefined) {
      const { signal, sourceUs, serverUs, status } = row;
      records.push({ sequence, count: 1, content: encodeFrame({ waveform: { sequence, signal, sourceUs, serverUs, statusCode: status, format: content.format, content: content.bytes } }) });
      from++;
      continue;
    }
    let to = from + 1;
    while (to < rows.length && to - from < rowsPerFrame && rows[to]?.content === undefined) to++;
    records.push({ sequence, count: to - from, content: encodeFrame({ samples: pack(rows, from, to, sequence) }) });
    from = to;
  }
  return records;
}

/** None in a gap. */
export function rowsIn(record: BufferRecord): Row[] {
  return rowsOf(decodeFrame(record.content));
}

export function rowsOf({ samples, thinned, waveform }: Frame): Row[] {
  if (samples !== undefined) return unpack(samples);
  if (thinned !== undefined) return unpack(thinned.rows);
  if (waveform === undefined) return [];
  const { signal, sourceUs, serverUs, statusCode, format, content } = waveform;
  return [{ signal, sourceUs, serverUs, status: statusCode, value: NaN, content: { format: format as ContentFormat, bytes: content } }];
}

/** How many rows without content take as much memory. */
export function weightOf(rows: readonly Row[]): number {
  let bytes = 0;
  for (const { content } of rows) bytes += content?.bytes.length ?? 0;
  return rows.length + Math.ceil(bytes / bytesPerRow);
}
