import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../testing/folder.js";
import { EasedAccount } from "./eased-account.js";

const fail = (text: string): never => { throw new Error(text); };

/** Its folder goes only when it has written. */
async function opened(path: string, bufferId = "b", last = new Map<number, number>(), log: (text: string) => void = fail): Promise<EasedAccount> {
  const account = await EasedAccount.open(path, bufferId, last, log);
  onTestFinished(() => account.saved());
  return account;
}

test("each time counts with its begin and end, and signals of which the same is true are told together", async () => {
  const account = await opened(join(temporaryFolder(), "eased.json"));
  account.set([1, 2, 3], new Map([[1, 5000], [2, 5000]]), 100);
  expect(account.told).toEqual([{ signal: [1, 2], times: 1, fromUs: 100, toUs: 0, totalUs: 0, sinceUs: 100, samplingMs: 5000 }]);
  account.set([1, 2, 3], new Map(), 150);
  account.set([1, 2, 3], new Map([[1, 8000]]), 200);
  account.set([1, 2, 3], new Map([[1, 2000]]), 250);   // another sampling is no other time
  account.set([1, 2, 3], new Map(), 300);
  expect(account.told).toEqual([
    { signal: [1], times: 2, fromUs: 100, toUs: 300, totalUs: 150, sinceUs: 0, samplingMs: 8000 },
    { signal: [2], times: 1, fromUs: 100, toUs: 150, totalUs: 50, sinceUs: 0, samplingMs: 5000 },
  ]);
});

test("what one endpoint tells says nothing of another's signals", async () => {
  const account = await opened(join(temporaryFolder(), "eased.json"));
  account.set([1], new Map([[1, 5000]]), 100);
  account.set([2], new Map(), 200);
  expect([account.slowestOf(new Set([1])), account.slowestOf(new Set([2]))]).toEqual([5000, 0]);
});

test("a gateway that is killed while signals are eased says at its next start that this ended with the last it saw", async () => {
  const path = join(temporaryFolder(), "eased.json");
  const before = await opened(path);
  before.set([1, 2], new Map([[1, 5000], [2, 5000]]), 100);
  await before.saved();
  const after = await opened(path, "b", new Map([[1, 180]]));
  expect(after.told.map(({ signal, toUs, totalUs, sinceUs }) => [signal, toUs, totalUs, sinceUs])).toEqual([[[1], 180, 80, 0], [[2], 100, 0, 0]]);
  expect(after.slowestOf(new Set([1]))).toBe(0);
});

test("of another buffer, or a damaged file, nothing is taken over", async () => {
  const path = join(temporaryFolder(), "eased.json");
  const before = await opened(path);
  before.set([1], new Map([[1, 5000]]), 100);
  await before.saved();
  expect((await opened(path, "new")).told).toEqual([]);
  writeFileSync(path, "{");
  const said: string[] = [];
  expect((await opened(path, "b", new Map(), (text) => said.push(text))).told).toEqual([]);
  expect(said).toHaveLength(1);
});

test("a gap that is counted by the clock says how slowly its signals were sampled, in the plant's time", async () => {
  const account = await opened(join(temporaryFolder(), "eased.json"));
  const gap = { signals: [1, 2, 3], fromUs: 10, toUs: 90, reason: "server-lost" } as const;
  expect(account.counted([gap], 20)).toEqual([gap]);
  account.set([1, 2, 3], new Map([[2, 5000]]), 100);
  expect(account.counted([gap], 20)).toEqual([{ ...gap, signals: [1, 3] }, { ...gap, signals: [2], samplingUs: 100_000_000 }]);
});

test("an account that a full disk did not take is written once there is room, and the log says so once", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "not-there-yet", "eased.json");
  const said: string[] = [];
  const account = await opened(path, "b", new Map(), (text) => said.push(text));
  writeFileSync(dirname(path), "in the way");
  account.set([1], new Map([[1, 5000]]), 100);
  await account.saved();
  account.retry();
  await account.saved();
  expect(said).toEqual([expect.stringContaining("it is tried again each second")]);
  rmSync(dirname(path));
  mkdirSync(dirname(path));
  account.retry();
  await account.saved();
  expect((await opened(path)).told).toMatchObject([{ signal: [1], fromUs: 100 }]);
});
