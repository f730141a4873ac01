import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { badNoData, badTypeMismatch } from "./cell.js";
import { Recording } from "./recording.js";
import { readMap } from "./replay-map.js";

const begin = Date.UTC(2026, 2, 2, 6) * 1000;
const second = 1_000_000;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recording-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function opened(content: string | Buffer, change: object, name = "recording.csv", wallMicros = 0): Promise<Recording> {
  const file = join(folder, name);
  await writeFile(file, content);
  const reading = readMap(JSON.stringify({ format: "digitaltwin.replay-map/1", name: "Made", namespaceUri: "urn:made", time: { column: "time", format: "iso" }, signals: [{ node: "A", column: "a" }, { node: "B", column: "b" }], ...change }));
  if (reading.kind === "faults") throw new Error(reading.faults.join("\n"));
  return Recording.open(file, reading.map, wallMicros);
}

async function played(recording: Recording, later = 0): Promise<[micros: number, ...values: unknown[]][]> {
  const all: [number, ...unknown[]][] = [];
  for await (const moments of recording.moments(later)) for (const { micros, values } of moments) all.push([micros, ...values.map(([node, value, at, status]) => (expect(at).toBe(micros), status ?? [node, value]))]);
  return all;
}

test("rows come with their own times, and cells without a value are Bad", async () => {
  const recording = await opened("time;a;b\n2026-03-02 06:00:00;1,5;2\n2026-03-02 06:00:01;;NaN\n2026-03-02 06:00:03.5;x;3\n", { file: { separator: ";", decimal: "," } });
  expect([recording.start, recording.first]).toEqual([begin, [[0, 1.5, begin], [1, 2, begin]]]);
  expect(await played(recording)).toEqual([[begin, [0, 1.5], [1, 2]], [begin + second, badNoData, badNoData], [begin + 3.5 * second, badTypeMismatch, [1, 3]]]);
  expect(recording.tally).toMatchObject({ rows: 3, bad: 3, wrong: "A in line 4", untimed: 0, backward: 0 });
  expect(recording.progress).toBe(1);
});

test("a second reading goes on one interval after the first", async () => {
  const recording = await opened("time,a,b\n2026-03-02 06:00:00,1,1\n2026-03-02 06:00:05,2,2\n2026-03-02 06:00:10,3,3\n", {});
  expect((await played(recording)).map(([micros]) => (micros - begin) / second)).toEqual([0, 5, 10]);
  expect((await played(recording, recording.length)).map(([micros]) => (micros - begin) / second)).toEqual([15, 20, 25]);
});

test("the first row is put where the map wants it, and all others keep their distance", async () => {
  const rows = "time,a,b\n10.5,1,1\n12.5,2,2\n";
  expect((await played(await opened(rows, { time: { column: "time", format: "seconds", start: "2026-03-02T06:00:00Z" } }))).map(([micros]) => micros - begin)).toEqual([0, 2 * second]);
  expect((await opened(rows, { time: { column: "time", format: "seconds", start: "now" } }, "now.csv", begin + 7)).start).toBe(begin + 7);
  await expect(opened(rows, { time: { column: "time", format: "seconds" } })).rejects.toThrow("the first row would be played at 1970-01-01T00:00:10.500Z");
});

test("rows without a time column come at the interval of the map", async () =>
  expect((await played(await opened("1 2\n3 4\n5 6\n", { file: { separator: "whitespace", header: false }, time: { every: 0.25, start: "2026-03-02T06:00:00Z" }, signals: [{ node: "A", column: 1 }] }))).map(([micros, value]) => [micros - begin, value])).toEqual([[0, [0, 2]], [second / 4, [0, 4]], [second / 2, [0, 6]]]));

test("date and time of day may stand in two columns", async () =>
  expect((await played(await opened("day,at,a,b\n02.03.2026,06:00,1,2\n", { time: { column: ["day", "at"], format: "dd.MM.yyyy HH:mm" } })))[0]?.[0]).toBe(begin));

test("a window of cells is values one after the other, told together with what else has their time", async () => {
  const map = { file: { header: false }, time: { every: 60, start: "2026-03-02T06:00:00Z" }, signals: [{ node: "Fast", window: { from: 1, to: 4, every: 0.5 } }, { node: "Slow", window: { from: 5, to: 6, every: 1 } }, { node: "Cycle", column: 0 }] };
  expect((await played(await opened("7,1,2,3,4,10,20\n8,5,,7,8,30,40\n", map))).map(([micros, ...values]) => [(micros - begin) / second, ...values])).toEqual([
    [0, [0, 1], [1, 10], [2, 7]], [0.5, [0, 2]], [1, [0, 3], [1, 20]], [1.5, [0, 4]],
    [60, [0, 5], [1, 30], [2, 8]], [60.5, badNoData], [61, [0, 7], [1, 40]], [61.5, [0, 8]],
  ]);
});

test("a row whose time cannot be read is left out, one that goes back keeps its time; both are counted", async () => {
  const recording = await opened("time,a,b\n2026-03-02 06:00:00,1,1\nfoot note\n2026-03-02 05:59:00,2,2\n2026-03-02 06:00:01,3,3\n", {});
  expect((await played(recording)).map(([micros]) => (micros - begin) / second)).toEqual([0, -60, 1]);
  expect(recording.tally).toMatchObject({ rows: 3, untimed: 1, backward: 1 });
});

test("gzipped, in another encoding, below lines that are none of its own: it is the same recording", async () => {
  const text = "Prüfstand 7\n\ntime;Temp °C;b\n2026-03-02 06:00:00;1;2\n";
  const map = { file: { separator: ";", skipLines: 2, encoding: "windows-1252" }, signals: [{ node: "A", column: "Temp °C" }, { node: "B", column: "b" }] };
  const plain = await played(await opened(Buffer.from(text, "latin1"), map));
  expect(plain).toEqual([[begin, [0, 1], [1, 2]]]);
  const zipped = await opened(gzipSync(Buffer.from(text, "latin1")), map, "recording.csv.gz");
  expect(await played(zipped)).toEqual(plain);
  expect(zipped.progress).toBeNull();
});

test("all that does not fit a file is told at once", async () => {
  const wrong = opened("time,a,a\n2026-03-02 06:00:00,1,1\n", { time: { column: "Time", format: "iso" }, signals: [{ node: "A", column: "a" }, { node: "B", column: "b" }, { node: "C", column: 3 }, { node: "D", window: { from: 1, to: 9, every: 1 } }] });
  await expect(wrong).rejects.toThrow(/\$\.time\.column: "Time" is not in the header \(time, a, a\)\n.*\$\.signals\[0\]\.column: "a" is in the header twice.*\n.*\$\.signals\[1\]\.column: "b" is not in the header.*\n.*\$\.signals\[2\]\.column: column 3 is not there; the header has 3.*\n.*\$\.signals\[3\]\.window\.to: column 9 is not there/);
});

test.each([
  ["time;a;b\n2026-03-02 06:00:00;1;1\n", "is the separator right?"],
  ["time,a,b\n02.03.2026 06:00,1,1\n", 'line 2 has no time of the form iso; its cells are ["02.03.2026 06:00","1","1"]'],
  ["time,a,b\n", "holds no row below its header"],
  ["", "holds no row below its header"],
])("a recording that starts with %j is refused", async (content, why) => expect(opened(content, {})).rejects.toThrow(why));

test("a file that is not there is refused", async () => {
  const reading = readMap('{"format":"digitaltwin.replay-map/1","name":"n","namespaceUri":"u","time":{"every":1},"signals":[{"node":"A","column":0}]}');
  if (reading.kind === "map") await expect(Recording.open("/nowhere.csv", reading.map, 0)).rejects.toThrow("The recording /nowhere.csv cannot be read: ENOENT");
});

test("only the piece at hand is read, however long the file is", async () => {
  const row = "2026-03-02 06:00:00,1.5,2.5\n";
  const recording = await opened(`time,a,b\n${row.repeat(400_000)}`, {});
  let rows = 0;
  for await (const moments of recording.moments(0)) {
    rows += moments.length;
    // What has been taken from the file lies at most one piece ahead of what has been told.
    if (rows % 10_000 === 0) expect(recording.tally.bytes - rows * row.length).toBeLessThan(70_000);
    if (rows === 200_000) break;
  }
  expect(recording.progress).toBeCloseTo(0.5, 2);
});
