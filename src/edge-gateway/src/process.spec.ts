// The gateway as the process that the host starts.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { compiledGateway } from "./testing/compiled.js";
import { temporaryFolder } from "./testing/folder.js";
import { present } from "./testing/present.js";

const firstLine = fileURLToPath(new URL("../../../simulations/plants/first-line.json", import.meta.url));

async function start(code: string, folder: string): Promise<{ child: ChildProcess; stdout: () => string }> {
  const child = spawn(process.execPath, [join(code, "main.js"), "--data", folder, "--plant", firstLine, "--endpoint", "body-line1=opc.tcp://127.0.0.1:9", "--exit-with-stdin"], { stdio: ["pipe", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  present(child.stdout).on("data", (data: Buffer) => { stdout += data.toString(); });
  while (!stdout.includes("\n")) await once(present(child.stdout), "data");
  return { child, stdout: () => stdout };
}

test("it prints one ready line and nothing else, makes its certificate and the password, and ends when its parent is gone", async () => {
  const code = compiledGateway();
  const folder = temporaryFolder();
  const { child, stdout } = await start(code, folder);
  const ready = JSON.parse(stdout());
  expect(ready).toMatchObject({ ready: true });
  expect(statSync(ready.certificate).isFile()).toBe(true);
  expect(statSync(join(folder, "pki", "opcua-gateway.password"))).toMatchObject({ size: 32, mode: 0o100600 });
  present(child.stdin).end();
  expect(await once(child, "exit", { signal: AbortSignal.timeout(10_000) })).toEqual([0, null]);
  expect(stdout().trim().split("\n")).toHaveLength(1);

  const again = await start(code, folder);
  again.child.kill("SIGTERM");
  expect(await once(again.child, "exit", { signal: AbortSignal.timeout(10_000) })).toEqual([0, null]);
}, 60_000);

test("wrong options and a wrong plant definition end it with code 2 and say what is wrong", () => {
  const code = compiledGateway();
  const folder = temporaryFolder();
  const run = (...args: string[]) => spawnSync(process.execPath, [join(code, "main.js"), "--data", folder, ...args], { encoding: "utf8" });
  const missing = run("--plant", join(folder, "none.json"));
  expect(missing.status).toBe(2);
  expect(missing.stderr).toContain("none.json cannot be read");
  const wrong = join(folder, "wrong.json");
  writeFileSync(wrong, '{"format":"digitaltwin.plant/1","id":"p","endpoints":[],"areas":[{"id":"a b"}]}');
  const { status, stderr } = run("--plant", wrong);
  expect(status).toBe(2);
  expect(stderr).toContain('$.areas[0].id: "a b" may hold');
  expect(stderr).toContain("$.areas[0].lines: has to be an array, is missing");
  expect(run("--verbose").status).toBe(2);
}, 60_000);
