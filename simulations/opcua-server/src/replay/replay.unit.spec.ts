import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StatusCodes } from "node-opcua";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { PlantListener } from "../plant/plant-source.js";
import type { PlantAnnouncement } from "../plant/protocol.js";
import { Recording } from "./recording.js";
import { Replay, type WallTime } from "./replay.js";
import { readMap } from "./replay-map.js";

const begin = Date.UTC(2026, 2, 2, 6) * 1000;
const second = 1_000_000;
let folder: string;

/** Wall time that passes as soon as somebody waits for it. */
class Wall implements WallTime {
  milliseconds = 1000;
  now = (): number => this.milliseconds;
  wait = (milliseconds: number): Promise<void> => {
    this.milliseconds += milliseconds;
    return Promise.resolve();
  };
}

interface Played {
  readonly replay: Replay;
  readonly wall: Wall;
  readonly log: string[];
  /** Node values with the wall second in which they were told. */
  readonly told: { readonly wall: number; readonly value: unknown; readonly micros: number }[];
  readonly clocks: { readonly wall: number; readonly plantMicros: number; readonly speed: number }[];
  readonly lost: string[];
  announcement: PlantAnnouncement | null;
  attend: () => void;
  run: Promise<void>;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "replay-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function replay(rows: string, options: { speed?: number; loop?: boolean; onValues?: (played: Played) => void }): Promise<Played> {
  const file = join(folder, "recording.csv");
  await writeFile(file, `time,a\n${rows}`);
  const reading = readMap('{"format":"digitaltwin.replay-map/1","name":"Made","namespaceUri":"urn:made","time":{"column":"time","format":"iso"},"signals":[{"node":"A","column":"a"}]}');
  if (reading.kind === "faults") throw new Error(reading.faults.join("\n"));
  const wall = new Wall();
  const played = { wall, log: [], told: [], clocks: [], lost: [], announcement: null, attend: () => undefined, run: Promise.resolve() } as unknown as { -readonly [K in keyof Played]: Played[K] };
  const attended = new Promise<void>((resolve) => (played.attend = resolve));
  const at = (): number => (wall.now() - 1000) / 1000;
  const listener: PlantListener = {
    announced: (plant) => Promise.resolve(void (played.announcement = plant)),
    values: (values) => {
      for (const [, value, micros] of values) played.told.push({ wall: at(), value, micros });
      options.onValues?.(played);
    },
    clock: ({ plantMicros, speed }) => played.clocks.push({ wall: at(), plantMicros, speed }),
    cutOff: () => undefined,
    lost: (why) => played.lost.push(why),
    attended: () => attended,
  };
  played.replay = new Replay(await Recording.open(file, reading.map, 0), listener, { name: "Made", speed: options.speed ?? 1, loop: options.loop ?? false, log: (text) => played.log.push(text) }, wall);
  played.run = played.replay.run();
  return played;
}

const rowAt = (seconds: number, value: number): string => `${new Date(begin / 1000 + seconds * 1000).toISOString()},${value}\n`;

/** The end of a recording is told, then the replay waits to be closed. */
async function toItsEnd(played: Played): Promise<void> {
  played.attend();
  while (played.lost.length === 0) await new Promise(setImmediate);
  played.replay.close();
  await played.run;
}

test("rows are told when it is their time, at the speed that was asked for", async () => {
  for (const speed of [1, 20]) {
    const played = await replay(rowAt(0, 1) + rowAt(1, 2) + rowAt(61, 3) + rowAt(61.5, 4), { speed });
    await toItsEnd(played);
    expect(played.told.slice(1).map(({ wall, value, micros }) => [wall * speed, value, micros - begin])).toEqual([
      [expect.closeTo(0, 6), 1, 0], [expect.closeTo(1, 6), 2, second], [expect.closeTo(61, 6), 3, 61 * second], [expect.closeTo(61.5, 6), 4, 61.5 * second],
    ]);
  }
});

test("the first row is shown at once, and nothing more until a client listens: no row is told to nobody", async () => {
  const played = await replay(rowAt(0, 1) + rowAt(0, 2), {});
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  expect(played.announcement).toMatchObject({ name: "Made", speed: 1, nodes: [{ ns: "urn:made", id: "A", dataType: "Double", writable: false }] });
  expect(played.told.map(({ value }) => value)).toEqual([1]);
  expect(played.clocks).toEqual([]);
  await toItsEnd(played);
  expect(played.told.map(({ value }) => value)).toEqual([1, 1, 2]);
});

test("the plant's time is told each second, at the speed, and never a time that a row is still missing before", async () => {
  const played = await replay(rowAt(0, 1) + rowAt(60, 2), { speed: 20 });
  await toItsEnd(played);
  expect(played.clocks.map(({ wall }) => Math.round(wall))).toEqual([0, 1, 2, 3]);
  for (const { wall, plantMicros, speed } of played.clocks) expect([plantMicros - begin, speed]).toEqual([expect.closeTo(wall * 20 * second, -2), 20]);
});

test("at the end the values turn uncertain, and the account says what came of every row", async () => {
  const played = await replay(`${rowAt(0, 1)}total,3\n${rowAt(5, 2)}${rowAt(3, 3)}${rowAt(6, 4).replace("4", "")}`, {});
  await toItsEnd(played);
  expect(played.lost).toEqual(["the recording has ended at plant time 2026-03-02T06:00:06.000Z"]);
  expect(played.log.at(-1)).toMatch(/4 rows, 100 % of the file, 1 values Bad, 1 rows left out, since their time cannot be read, 1 rows with a time before that of a row above them\. Its last values stay, marked as uncertain/);
});

test("a row that goes back in time is told at once with its own time, and the plant's time does not go back with it", async () => {
  const played = await replay(rowAt(0, 1) + rowAt(5, 2) + rowAt(3, 3) + rowAt(8, 4), {});
  await toItsEnd(played);
  expect(played.told.slice(1).map(({ wall, value, micros }) => [Math.round(wall), value, micros - begin])).toEqual([[0, 1, 0], [5, 2, 5 * second], [5, 3, 3 * second], [8, 4, 8 * second]]);
  expect(played.clocks.map(({ plantMicros }) => plantMicros)).toEqual([...played.clocks.map(({ plantMicros }) => plantMicros)].sort((one, other) => one - other));
});

test("in a loop the recording begins again one interval later, and plant time goes on", async () => {
  const played = await replay(rowAt(0, 1) + rowAt(5, 2), { loop: true, onValues: ({ told, replay: playing }) => told.length === 7 && playing.close() });
  played.attend();
  await played.run;
  expect(played.told.slice(1).map(({ wall, value, micros }) => [Math.round(wall), value, (micros - begin) / second])).toEqual([[0, 1, 0], [5, 2, 5], [10, 1, 10], [15, 2, 15], [20, 1, 20], [25, 2, 25]]);
  expect(played.lost).toEqual([]);
});

test("what cannot be told in time is told late, in order and whole, and plant time waits for it", async () => {
  const rows = Array.from({ length: 9000 }, (_, row) => rowAt(row / 1000, row)).join("");
  // Each telling costs two seconds of wall time.
  const played = await replay(rows, { onValues: ({ wall }) => (wall.milliseconds += 2000) });
  await toItsEnd(played);
  expect(played.told.slice(1).map(({ value }) => value)).toEqual(Array.from({ length: 9000 }, (_, row) => row));
  for (const { plantMicros, wall } of played.clocks) expect(plantMicros).toBeLessThanOrEqual(Math.max(begin, ...played.told.filter((told) => told.wall <= wall).map(({ micros }) => micros)) + second);
  expect(played.log.at(-1)).toMatch(/ s behind, since this machine plays it no faster/);
});

test("progress is told every ten seconds", async () => {
  const played = await replay(Array.from({ length: 31 }, (_, row) => rowAt(row, row)).join(""), {});
  await toItsEnd(played);
  expect(played.log.filter((line) => line.startsWith("plant time")).map((line) => line.split(",")[0])).toEqual([
    "plant time 2026-03-02T06:00:10.000Z: 11 rows", "plant time 2026-03-02T06:00:20.000Z: 21 rows", "plant time 2026-03-02T06:00:30.000Z: 31 rows",
  ]);
});

test("what was recorded cannot be written", async () => {
  const played = await replay(rowAt(0, 1), {});
  expect(await played.replay.write()).toEqual(StatusCodes.BadNotWritable);
  played.replay.close();
  await played.run;
});
