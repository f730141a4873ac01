import "../console-on-stderr.js";
import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pkiOf, trust } from "../opcua/trust-list.js";
import { readPlant, type Plant } from "../plant/definition.js";
import type { Report } from "./check-plant.js";
import type { Draft } from "./draft.js";
import { parseOptions, type Options } from "./options.js";
import { progressOn } from "./progress.js";
import { firstLine, Refused } from "./refused.js";
import type { Access } from "./server.js";

/** Closing takes no longer than this, whatever a server does. */
const stopMs = 900;
const gatewayUser = "gateway";

interface Result {
  /** On standard output: what was asked for. */
  readonly output: string;
  /** On standard error: what to know besides. */
  readonly said: readonly string[];
  readonly exitCode: number;
}

async function main(args: readonly string[]): Promise<Result> {
  const options = parseOptions(args);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      stop.abort();
      setTimeout(() => process.exit(1), stopMs).unref();
    });
  }
  const progress = progressOn(process.stderr);
  try {
    return options.verb === "browse" ? await browse(options, args, progress.say, stop.signal) : await check(options, args, progress.say, stop.signal);
  } finally {
    progress.end();
  }
}

/** What a session takes; asked for after all that can be refused without a server, since node-opcua takes a second to load. */
async function accessOf(options: Options, args: readonly string[], password: string): Promise<{ access: Access; said: string[] }> {
  const pki = pkiOf(join(options.data, "gateway", "pki"));
  const { ensureOwnCertificate } = await import("../opcua/certificate-manager.js");
  await ensureOwnCertificate(pki);
  const said = options.trust === undefined ? [] : [await trust(pki, options.trust).catch((error: unknown) => { throw new Refused("INVALID", `--trust: ${firstLine(error)}`); })];
  const again = args.filter((word, at) => word !== "--trust" && args[at - 1] !== "--trust");
  const trustCommand = (thumbprint: string): string => ["twin", ...again, "--trust", thumbprint].map(quoted).join(" ");
  return { said, access: { pki, password, timeoutMs: options.timeoutMs, trustCommand } };
}

async function browse(options: Options & { verb: "browse" }, args: readonly string[], progress: (text: string) => void, stop: AbortSignal): Promise<Result> {
  const { url, out, from, maxNodes, format } = options;
  if (out !== undefined && (await exists(out))) throw new Refused("INVALID", `${out} is there already, and may hold somebody's work; name another file, or remove it`);
  const userName = options.user ?? gatewayUser;
  const { access, said } = await accessOf(options, args, await passwordOf(options, userName));
  const { browseServer } = await import("./browse-server.js");
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const drafted = await browseServer({ url, userName }, access, { maxNodes, progress, ...(from === undefined ? {} : { from }) }, timeZone, stop);
  const text = `${JSON.stringify(drafted.definition, null, 2)}\n`;
  const read = readPlant(Buffer.from(text));
  if (read.kind === "faults") throw new Refused("ERROR", `nothing is written, since the plant reader refuses what was found: ${read.faults.join("; ")}`);
  if (out === undefined) return { output: text, said: [...said, ...summary(drafted)], exitCode: 0 };
  await writeFile(`${out}.new`, text);
  await rename(`${out}.new`, out);
  const { signals, leftOut, notes } = drafted;
  const output = format === "text" ? `${out}: ${signals} signals\n` : json(format, { file: out, signals, leftOut, notes });
  return { output, said: format === "text" ? [...said, ...summary(drafted)] : said, exitCode: 0 };
}

function summary({ leftOut, notes }: Draft): string[] {
  return [...leftOut.map(({ node, why }) => `left out ${node}: ${why}`), ...notes.map((note) => `note: ${note}`)];
}

async function check(options: Options & { verb: "check" }, args: readonly string[], progress: (text: string) => void, stop: AbortSignal): Promise<Result> {
  const plant = await loadPlant(options);
  const users = [...new Set(plant.endpoints.map(({ userName }) => userName))];
  if (users.length > 1) throw new Refused("INVALID", `the endpoints have the users ${users.join(", ")}, and one password file is one user's; check them one by one with --user and --endpoint`);
  const { access, said } = await accessOf(options, args, await passwordOf(options, users[0] ?? gatewayUser));
  const { checkPlant } = await import("./check-plant.js");
  const report = await checkPlant(plant, access, { maxNodes: options.maxNodes, extra: options.extra, progress }, stop);
  const output = options.format === "text" ? table(report) : json(options.format, { file: options.file, ...report });
  return { output, said: [...said, ...(options.format === "text" ? report.notes.map((note) => `note: ${note}`) : [])], exitCode: exitCodeOf(report) };
}

/** What could not be looked at weighs more than what was found. */
function exitCodeOf({ differences, unchecked }: Report): number {
  const codes = unchecked.map(({ code, detail }) => new Refused(code, detail).exitCode);
  return codes.length > 0 ? Math.max(...codes) : differences.length > 0 ? 1 : 0;
}

function table({ compared, differences, unchecked }: Report): string {
  const lines = differences.map(({ endpoint, kind, signal, node, expected, found }) => `${endpoint}  ${kind}  ${signal ?? node}: expected ${expected}, the server has ${found}${signal === null ? "" : ` (${node})`}`);
  const away = unchecked.map(({ endpoint, code, detail }) => `${endpoint}  NOT CHECKED  ${detail} [${code}]`);
  return [...lines, ...away, `${compared} nodes compared, ${differences.length} differences${unchecked.length === 0 ? "" : `, ${unchecked.length} endpoints not checked`}`].join("\n") + "\n";
}

async function loadPlant({ file, endpoints, user }: Options & { verb: "check" }): Promise<Plant> {
  const bytes = await readFile(file).catch((error: unknown) => { throw new Refused("INVALID", `the plant definition ${file} cannot be read: ${firstLine(error)}`); });
  const result = readPlant(bytes);
  if (result.kind === "faults") throw new Refused("INVALID", `the plant definition ${file} is wrong:\n${result.faults.map((fault) => `  ${fault}`).join("\n")}`);
  const names = result.plant.endpoints.map((endpoint) => endpoint.name);
  for (const name of endpoints.keys()) if (!names.includes(name)) throw new Refused("INVALID", `--endpoint ${name}: the plant definition has only ${names.join(", ")}`);
  return { ...result.plant, endpoints: result.plant.endpoints.map((endpoint) => ({ ...endpoint, url: endpoints.get(endpoint.name) ?? endpoint.url, userName: user ?? endpoint.userName })) };
}

/** From a file, never from the command line, where every process of the machine can read it. */
async function passwordOf({ data, passwordFile }: Options, user: string): Promise<string> {
  const file = passwordFile ?? join(data, "pki", "opcua-gateway.password");
  const mode = await stat(file).then((found) => found.mode, () => undefined);
  if (mode === undefined) throw new Refused("INVALID", `there is no password for user ${user} in ${file}; write it into a file that only you can read (chmod 600), and name that with --password-file FILE`);
  if ((mode & 0o077) !== 0) throw new Refused("INVALID", `other users of this machine can read the password in ${file}; take that from them (chmod 600 ${file}) and run this again`);
  return (await readFile(file, "utf8")).trim();
}

function json(format: Options["format"], document: object): string {
  return `${format === "jsonl" ? JSON.stringify(document) : JSON.stringify(document, null, 2)}\n`;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}

function end(exitCode: number, output: string): void {
  process.stdout.write(output, () => process.exit(exitCode));
}

main(process.argv.slice(2)).then(
  ({ output, said, exitCode }) => {
    for (const line of said) process.stderr.write(`twin: ${line}\n`);
    end(exitCode, output);
  },
  (error: unknown) => {
    const refused = Refused.from(error);
    const asJson = ["json", "jsonl", "--json", "-ojson", "--output=json"].some((word) => process.argv.includes(word));
    if (!asJson) process.stderr.write(`twin: ${refused.message} [${refused.code}]\n`);
    end(refused.exitCode, asJson ? json("json", { type: "about:blank", title: refused.code === "INVALID" ? "The command line is not valid" : "The server was not looked at", detail: refused.message, code: refused.code }) : "");
  },
);
