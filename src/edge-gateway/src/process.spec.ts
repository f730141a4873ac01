// The gateway as the process that the host starts.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { compiledGateway } from "./testing/compiled.js";
import { temporaryFolder, until } from "./testing/folder.js";
import { present } from "./testing/present.js";

const firstLine = fileURLToPath(new URL("../../../simulations/plants/first-line.json", import.meta.url));

const gatewayOn = (code: string, folder: string) => [join(code, "main.js"), "--data", folder, "--plant", firstLine, "--endpoint", "body-line1=opc.tcp://127.0.0.1:9", "--exit-with-stdin"];

function launch(code: string, folder: string): ChildProcess {
  const child = spawn(process.execPath, gatewayOn(code, folder), { stdio: ["pipe", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function start(code: string, folder: string): Promise<{ child: ChildProcess; stdout: () => string }> {
  const child = launch(code, folder);
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

test("it can be ended while it still starts", async () => {
  const folder = temporaryFolder();
  const child = launch(compiledGateway(), folder);
  await until("it has begun to make its certificate", () => existsSync(join(folder, "gateway", "pki")));
  child.kill("SIGTERM");
  expect(await once(child, "exit", { signal: AbortSignal.timeout(10_000) })).toEqual([0, null]);
}, 60_000);

test("a second gateway on the same folder is refused, and the folder of a killed one is free", async () => {
  const code = compiledGateway();
  const folder = temporaryFolder();
  const { child } = await start(code, folder);
  const second = spawn(process.execPath, gatewayOn(code, folder), { stdio: ["pipe", "ignore", "pipe"] });
  let stderr = "";
  second.stderr.on("data", (data: Buffer) => { stderr += data.toString(); });
  expect(await once(second, "close", { signal: AbortSignal.timeout(10_000) })).toEqual([1, null]);
  expect(stderr).toContain(`edge-gateway: ${join(folder, "gateway")} is in use by another edge gateway (process ${child.pid});`);
  child.kill("SIGKILL");
  await once(child, "exit");
  await start(code, folder);
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
