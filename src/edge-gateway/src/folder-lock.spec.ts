import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lockFolder } from "./folder-lock.js";
import { temporaryFolder } from "./testing/folder.js";

test("a second gateway on the same folder is refused with one sentence, until the first has ended", async () => {
  const folder = temporaryFolder();
  const release = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toThrow(`${folder} is in use by another edge gateway (process ${process.pid}); end that one, or give this one a folder of its own with --data`);
  await release();
  await (await lockFolder(folder))();
  expect(readdirSync(folder)).toEqual([]);
});

test("of many that start at once one gets the folder, also where a killed one has left its lock", async () => {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  for (let round = 0; round < 20; round++) {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "lock"), JSON.stringify({ pid, started: "1" }));
    const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)));
    expect(attempts.filter((attempt) => attempt.status === "fulfilled")).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(["lock"]);
  }
});

test.each([
  ["its process number belongs to another program by now", JSON.stringify({ pid: process.pid, started: "1" })],
  ["it is no gateway's", ""],
])("a lock is taken over when %s", async (_, left) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "lock"), left);
  await lockFolder(folder);
  expect(JSON.parse(readFileSync(join(folder, "lock"), "utf8"))).toMatchObject({ pid: process.pid });
});
