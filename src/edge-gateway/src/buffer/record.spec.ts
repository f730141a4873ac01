import { expect, test } from "vitest";
import { randomFrom } from "../testing/random.js";
import { crc32c, decodeRecords, encodeRecord } from "./record.js";

const records = [1, 4, 5].map((sequence) => ({ sequence, count: 3, content: Uint8Array.from({ length: 20 + sequence }, (_, index) => index * sequence) }));
const file = Buffer.concat(records.map(encodeRecord));

test("the checksum is CRC-32C", () => {
  expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
});

test("records come back as they were written", () => {
  const read = decodeRecords(file);
  expect(read.goodBytes).toBe(file.length);
  expect(read.records.map((record) => ({ ...record, content: Uint8Array.from(record.content) }))).toEqual(records);
});

test("wherever a write was torn, the whole records before it are read and nothing after", () => {
  const ends = [0, 1, 2, 3].map((count) => Buffer.concat(records.slice(0, count).map(encodeRecord)).length);
  for (let length = 0; length <= file.length; length++) {
    const { records: read, goodBytes } = decodeRecords(file.subarray(0, length));
    expect(goodBytes).toBe(Math.max(...ends.filter((end) => end <= length)));
    expect(read).toHaveLength(ends.filter((end) => end > 0 && end <= length).length);
  }
});

test("one flipped bit anywhere is noticed", () => {
  const random = randomFrom(4);
  for (let trial = 0; trial < 500; trial++) {
    const damaged = Uint8Array.from(file);
    const at = Math.floor(random() * damaged.length);
    damaged[at] = (damaged[at] as number) ^ (1 << Math.floor(random() * 8));
    expect(decodeRecords(damaged).goodBytes).toBeLessThan(file.length);
  }
});
