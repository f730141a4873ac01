/**
 * A segment file is a run of records: length (u32), CRC-32C of the body (u32), body. Numbers are little endian.
 * A body is: first sequence (u64), count of sequences (u32), content. The first record of a file has count 0 and
 * holds the state of the buffer at that point as JSON; the content of all others is one encoded Frame.
 * A power cut leaves a tail that is too short or does not match its checksum; all before it is good.
 */
export interface BufferRecord {
  readonly sequence: number;
  readonly count: number;
  readonly content: Uint8Array;
}

/** Last of its sequences. */
export function endOf(record: BufferRecord): number {
  return record.sequence + record.count - 1;
}

const headBytes = 8;
const bodyHeadBytes = 12;
/** Far above any frame we write: a longer length is damage. */
const longestBody = 16 * 1024 * 1024;

export function encodeRecord(record: BufferRecord): Uint8Array {
  const bytes = new Uint8Array(headBytes + bodyHeadBytes + record.content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bodyHeadBytes + record.content.length, true);
  view.setBigUint64(headBytes, BigInt(record.sequence), true);
  view.setUint32(headBytes + 8, record.count, true);
  bytes.set(record.content, headBytes + bodyHeadBytes);
  view.setUint32(4, crc32c(bytes.subarray(headBytes)), true);
  return bytes;
}

/** @returns the whole records from the start of the file, and how many bytes they take. */
export function decodeRecords(file: Uint8Array): { records: BufferRecord[]; goodBytes: number } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const records: BufferRecord[] = [];
  let offset = 0;
  while (offset + headBytes + bodyHeadBytes <= file.length) {
    const length = view.getUint32(offset, true);
    const end = offset + headBytes + length;
    if (length < bodyHeadBytes || length > longestBody || end > file.length) break;
    if (crc32c(file.subarray(offset + headBytes, end)) !== view.getUint32(offset + 4, true)) break;
    records.push({
      sequence: Number(view.getBigUint64(offset + headBytes, true)),
      count: view.getUint32(offset + headBytes + 8, true),
      content: file.subarray(offset + headBytes + bodyHeadBytes, end),
    });
    offset = end;
  }
  return { records, goodBytes: offset };
}

const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

/** CRC-32C (Castagnoli), as in RFC 3720, 12.1. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let index = 0; index < bytes.length; index++) crc = (table[(crc ^ (bytes[index] as number)) & 0xff] as number) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
