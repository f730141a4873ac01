// The program as `twin plant` runs it: what it prints is followed here to the letter.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MessageSecurityMode, SecurityPolicy } from "node-opcua";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { compiledGateway } from "../testing/compiled.js";
import { everyTypeServer, type EveryTypeServer } from "../testing/every-type-server.js";
import { temporaryFolder } from "../testing/folder.js";
import { present } from "../testing/present.js";

const password = "correct horse battery staple";

interface Ended { readonly code: number; readonly stdout: string; readonly stderr: string }

/** A data folder with the gateway's password, and the program that works on it. */
function plantProgram(): { data: string; run: (...words: string[]) => Promise<Ended> } {
  const code = compiledGateway();
  const data = temporaryFolder();
  mkdirSync(join(data, "pki"));
  writeFileSync(join(data, "pki", "opcua-gateway.password"), password, { mode: 0o600 });
  const run = async (...words: string[]): Promise<Ended> => {
    const child = spawn(process.execPath, [join(code, "browse", "main.js"), ...words], { stdio: ["ignore", "pipe", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const [stdout, stderr]: [string[], string[]] = [[], []];
    child.stdout.on("data", (data: Buffer) => stdout.push(data.toString()));
    child.stderr.on("data", (data: Buffer) => stderr.push(data.toString()));
    const [exit] = (await once(child, "close", { signal: AbortSignal.timeout(60_000) })) as [number];
    return { code: exit, stdout: stdout.join(""), stderr: stderr.join("") };
  };
  return { data, run };
}

async function startServer(...security: [policies?: SecurityPolicy[], modes?: MessageSecurityMode[]]): Promise<EveryTypeServer> {
  const server = await everyTypeServer(temporaryFolder(), password, {}, ...security);
  onTestFinished(() => server.stop());
  return server;
}

beforeAll(() => {
  for (const method of ["log", "warn", "error"] as const) vi.spyOn(console, method).mockImplementation(() => undefined);
});

test("a server that nobody trusts yet is named with its thumbprint and the command that goes on; that command makes the definition, and checking it finds no difference", async () => {
  const server = await startServer();
  const { data, run } = plantProgram();
  const file = join(data, "made plant.json");
  const first = await run("plant", "browse", server.url, "--out", file, "--data", data);
  expect([first.code, first.stdout, existsSync(file)]).toEqual([4, "", false]);
  expect(first.stderr).toMatch(/^twin: opc\.tcp:\S+: server certificate CN=Test server, SHA-1 thumbprint [0-9A-F]{40}, valid .* is not trusted; compare the thumbprint at the server, then run: /m);
  const next = present(/then run: twin (.*) \[UNTRUSTED\]/.exec(first.stderr)?.[1]);
  const words = [...next.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
  expect(words).toEqual(["plant", "browse", server.url, "--out", file, "--data", data, "--trust", expect.stringMatching(/^[0-9A-F]{40}$/)]);

  const second = await run(...words);
  expect(second.stderr).toContain("twin: trusted CN=Test server");
  expect([second.code, second.stdout]).toEqual([0, expect.stringMatching(/made plant\.json: \d+ signals\n$/)]);
  expect(second.stderr).toContain("left out nsu=urn:test:every type%3Bv=1;s=Others.Secret: this user may not read it");

  expect(await run("plant", "check", file, "--data", data)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+ nodes compared, 0 differences\n$/) });
  const again = await run("plant", "browse", server.url, "--out", file, "--data", data);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("made plant.json is there already")]);

  const definition = JSON.parse(readFileSync(file, "utf8")) as { endpoints: { url: string }[] };
  writeFileSync(file, JSON.stringify(definition).replace('"unit":"°C"', '"unit":"K"'));
  const differs = await run("plant", "check", file, "--data", data, "-o", "json");
  expect(differs.code).toBe(1);
  expect(JSON.parse(differs.stdout)).toMatchObject({ file, same: false, differences: [{ endpoint: "server", kind: "unit", expected: "K", found: "°C" }], unchecked: [] });

  const away = await run("plant", "check", file, "--data", data, "--endpoint", "server=opc.tcp://127.0.0.1:9");
  expect([away.code, away.stdout]).toEqual([7, expect.stringContaining("server  NOT CHECKED  no OPC UA server answers at opc.tcp://127.0.0.1:9")]);
}, 240_000);

test("bad words, a wrong file, a missing or open password and a wrong one each end with their code and a cure", async () => {
  const server = await startServer();
  const { data, run } = plantProgram();
  expect(await run("plant", "browse", "plc", "--data", data)).toMatchObject({ code: 2, stderr: expect.stringContaining('"plc" is not of the form opc.tcp://host:port') });
  const wrong = join(data, "wrong.json");
  writeFileSync(wrong, '{"format":"digitaltwin.plant/1","id":"p","endpoints":[],"areas":[{"id":"a b"}]}');
  expect(await run("plant", "check", wrong, "--data", data)).toMatchObject({ code: 2, stderr: expect.stringContaining('$.areas[0].id: "a b" may hold') });
  const none = join(data, "none");
  expect(await run("plant", "browse", server.url, "--data", data, "--user", "me", "--password-file", none)).toMatchObject({ code: 2, stderr: expect.stringContaining(`there is no password for user me in ${none}`) });
  const open = join(data, "open");
  writeFileSync(open, "x", { mode: 0o644 });
  expect(await run("plant", "browse", server.url, "--data", data, "--password-file", open)).toMatchObject({ code: 2, stderr: expect.stringContaining(`chmod 600 ${open}`) });
  const other = join(data, "other");
  writeFileSync(other, "not it", { mode: 0o600 });
  const refused = await run("plant", "browse", server.url, "--data", data, "--password-file", other, "--trust", server.certificateFile, "--json");
  expect([refused.code, JSON.parse(refused.stdout)]).toEqual([4, expect.objectContaining({ code: "DENIED", detail: expect.stringContaining("refuses user gateway") })]);
}, 240_000);

test("a server that offers only what is broken or open is not talked to, whatever it is asked", async () => {
  const server = await startServer([SecurityPolicy.None, SecurityPolicy.Basic128Rsa15], [MessageSecurityMode.None, MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt]);
  const { data, run } = plantProgram();
  const { code, stderr } = await run("plant", "browse", server.url, "--data", data, "--trust", server.certificateFile);
  expect(code).toBe(6);
  expect(stderr).toMatch(/offers only .*Basic128Rsa15.*; the gateway takes SignAndEncrypt with Basic256Sha256, Aes128_Sha256_RsaOaep, Aes256_Sha256_RsaPss and nothing weaker/);
}, 120_000);
