import { access, mkdtemp, readFile, rm, utimes, writeFile, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { announcePort, readPort } from "./ports-file.js";

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "ports-"));
  await mkdir(join(data, "run"));
});
afterEach(() => rm(data, { recursive: true, force: true }));

test("many processes announce at once and none is lost", async () => {
  const names = ["http", "edge", "plant", "opcua", "a", "b", "c", "d"];
  for (const [n, name] of names.entries()) await announcePort(data, name, 5000 + n);
  await Promise.all(names.map((name, n) => announcePort(data, name, 6000 + n)));
  expect(JSON.parse(await readFile(join(data, "run/ports.json"), "utf8"))).toEqual(Object.fromEntries(names.map((name, n) => [name, 6000 + n])));
  await expect(access(join(data, "run/ports.json.lock"))).rejects.toThrow();
});

test("the lock of a process that died does not hold the others", async () => {
  const lock = join(data, "run/ports.json.lock");
  await writeFile(lock, "1");
  await utimes(lock, new Date(Date.now() - 6000), new Date(Date.now() - 6000));
  await announcePort(data, "opcua", 4840);
  expect(await readPort(data, "opcua")).toBe(4840);
});

test("a port that nobody announced is not known", async () => expect(await readPort(data, "plant")).toBeNull());
