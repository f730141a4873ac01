// How many value changes a second one gateway takes from an OPC UA server through buffer (synced) and link, beside a bare node-opcua
// subscriber that counts and forgets, in turns against one server. Each part is a process of its own.
//   npm run bench -w @digitaltwin/edge-gateway -- [--rounds 5] [--seconds 10] [--rate 60000] [--signals 1000] [--profile FOLDER]
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const me = fileURLToPath(import.meta.url);
const dist = (path) => new URL(`../dist/${path}`, import.meta.url);
const uri = "urn:bench";
const password = "bench";
const nameOf = (index) => `Signal${index}`;
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

const roles = { server, bare, sink, all };
const [role, ...rest] = process.argv[2] in roles ? process.argv.slice(2) : ["all", ...process.argv.slice(2)];
if (role !== "all") {
  console.log = console.warn = () => undefined;
  process.stdin.on("end", () => process.exit(0)).resume();
}
await roles[role](...rest);

/** Changes its signals in turn at a rate that the clients cannot follow, or one that is asked for. */
async function server(folder, signals, rate) {
  const { DataType, MessageSecurityMode, OPCUACertificateManager, OPCUAServer, SecurityPolicy, StatusCodes, Variant } = await import("node-opcua");
  const manager = new OPCUACertificateManager({ rootFolder: join(folder, "server-pki"), keySize: 2048, automaticallyAcceptUnknownCertificate: true, disableFileWatchers: true });
  await manager.initialize();
  const certificateFile = join(folder, "server.pem");
  await manager.createSelfSignedCertificate({ outputFile: certificateFile, applicationUri: "urn:bench-server", subject: "/CN=Bench server", dns: ["localhost"], startDate: new Date(Date.now() - 60_000), validity: 2 });
  const opcua = new OPCUAServer({
    port: 0, host: "127.0.0.1", hostname: "127.0.0.1", serverInfo: { applicationUri: "urn:bench-server" }, serverCertificateManager: manager, userCertificateManager: manager,
    certificateFile, privateKeyFile: manager.privateKey, securityModes: [MessageSecurityMode.SignAndEncrypt], securityPolicies: [SecurityPolicy.Basic256Sha256],
    allowAnonymous: false, userManager: { isValidUser: (user, given) => user === "gateway" && given === password },
  });
  await opcua.initialize();
  const space = opcua.engine.addressSpace;
  const namespace = space.registerNamespace(uri);
  const parent = namespace.addFolder(space.rootFolder.objects, { browseName: "Bench" });
  const nodes = Array.from({ length: Number(signals) }, (_, index) => namespace.addVariable({
    componentOf: parent, browseName: nameOf(index), nodeId: `s=${nameOf(index)}`, dataType: DataType.Double, minimumSamplingInterval: 0, value: new Variant({ dataType: DataType.Double, value: 0 }),
  }));
  await opcua.start();
  say({ port: opcua.endpoints[0].port, certificateFile });

  let sent = 0;
  let [owed, last] = [0, performance.now()];
  setInterval(() => {
    const now = performance.now();
    owed = Math.min(owed + ((now - last) * Number(rate)) / 1000, Number(rate) / 20); // what this process could not do in time is not made up for
    last = now;
    for (; owed >= 1; owed--) nodes[sent % nodes.length].setValueFromSource(new Variant({ dataType: DataType.Double, value: sent++ }), StatusCodes.Good, new Date());
  }, 5);
  report(() => sent);
}

/** The library's own subscription, with nothing behind it. */
async function bare(folder, port, signals) {
  const { AttributeIds, MessageSecurityMode, OPCUACertificateManager, OPCUAClient, SecurityPolicy, TimestampsToReturn, UserTokenType } = await import("node-opcua");
  const manager = new OPCUACertificateManager({ rootFolder: join(folder, "bare-pki"), keySize: 2048, automaticallyAcceptUnknownCertificate: true, disableFileWatchers: true });
  await manager.initialize();
  const client = OPCUAClient.create({ clientCertificateManager: manager, securityMode: MessageSecurityMode.SignAndEncrypt, securityPolicy: SecurityPolicy.Basic256Sha256, endpointMustExist: false });
  await client.connect(`opc.tcp://127.0.0.1:${port}`);
  const session = await client.createSession({ type: UserTokenType.UserName, userName: "gateway", password });
  const index = (await session.readNamespaceArray()).indexOf(uri);
  const subscription = await session.createSubscription2({ requestedPublishingInterval: 100, requestedLifetimeCount: 100, requestedMaxKeepAliveCount: 5, maxNotificationsPerPublish: 0, publishingEnabled: true, priority: 10 });
  let taken = 0;
  const items = Array.from({ length: Number(signals) }, (_, at) => ({ nodeId: `ns=${index};s=${nameOf(at)}`, attributeId: AttributeIds.Value }));
  const group = await subscription.monitorItems(items, { samplingInterval: 0, queueSize: 100, discardOldest: true }, TimestampsToReturn.Both);
  group.on("changed", () => { taken++; });
  report(() => taken);
}

/** A core that acknowledges what it gets and counts the rows by the length of their values: as cheap as one can be. */
async function sink(folder) {
  const { WebSocketServer } = await import("ws");
  const { decodeFrame, encodeFrame } = await import(dist("link/frames.js"));
  const read = (name) => readFileSync(join(folder, "pki", name), "utf8");
  const https = createServer({ cert: read("core.crt"), key: read("core.key"), ca: read("gateway.crt"), requestCert: true, rejectUnauthorized: true });
  let taken = 0;
  new WebSocketServer({ server: https, path: "/edge/v1", perMessageDeflate: false }).on("connection", (socket) => socket.on("message", (data) => {
    const samples = data[0] === 0x1a ? rowsOf(data) : undefined;
    if (samples !== undefined) {
      taken += samples.count;
      socket.send(encodeFrame({ credit: { samples: samples.count } }));
      socket.send(encodeFrame({ ack: { sequence: samples.last } }));
      return;
    }
    const frame = decodeFrame(data);
    if (frame.gatewayHello !== undefined) socket.send(encodeFrame({ coreHello: { bootId: "bench", storedSequence: frame.gatewayHello.nextSequence - 1, credit: 50_000 } }));
    if (frame.gap !== undefined) socket.send(encodeFrame({ ack: { sequence: frame.gap.sequence } }));
  }));
  await new Promise((resolve) => https.listen(0, "localhost", resolve));
  say({ port: https.address().port });
  report(() => taken);
}

/** Field 1 (first sequence) and the length of field 7 (values, eight bytes each) of the Samples in a Frame. */
function rowsOf(data) {
  let at = 1;
  const varint = () => {
    let [value, scale] = [0, 1];
    for (; data[at] > 0x7f; at++, scale *= 128) value += (data[at] & 0x7f) * scale;
    return value + data[at++] * scale;
  };
  varint();
  let [first, count] = [0, 0];
  while (at < data.length) {
    const tag = varint();
    if (tag === 8) first = varint();
    else if ((tag & 7) === 0) varint();
    else {
      const length = varint();
      if (tag === 58) count = length / 8;
      at += length;
    }
  }
  return { count, last: first + count - 1 };
}

/** Says each quarter of a second how far it is. */
function report(count) {
  setInterval(() => say({ at: performance.timeOrigin + performance.now(), count: count() }), 250);
}

async function all(...args) {
  const option = (name, usual) => (args.includes(`--${name}`) ? args[args.indexOf(`--${name}`) + 1] : usual);
  const [rounds, seconds, rate, signals] = [["rounds", 5], ["seconds", 10], ["rate", 60_000], ["signals", 1000]].map(([name, usual]) => Number(option(name, usual)));
  const profile = option("profile", undefined);
  const folder = mkdtempSync(join(tmpdir(), "edge-gateway-bench-"));
  const plant = launch(me, "server", folder, String(signals), String(rate));
  try {
    const { port, certificateFile } = await plant.first;
    await linkCertificates(folder);
    writeFileSync(join(folder, "pki", "opcua-gateway.password"), password);
    const place = { folder, port, certificateFile, signals, rate, seconds, plant, profile };
    process.stdout.write(`${signals} signals, ${whole(rate)} changes/s offered, ${seconds} s a round, one server for all rounds. µs: processor time for each change taken.\n\n`
      + "| round | who | changes/s | µs | server's changes/s | server's µs | core's µs | of bare |\n|---:|---|---:|---:|---:|---:|---:|---:|\n");
    const [ratios, rates, costs] = [[], [], []];
    for (let round = 1; round <= rounds; round++) {
      const taken = {};
      // Each goes first in every other round, so that neither has the warmer machine.
      for (const who of round % 2 === 1 ? ["bare", "gateway"] : ["gateway", "bare"]) taken[who] = await measure(who, place);
      ratios.push(taken.gateway.rate / taken.bare.rate);
      rates.push(taken.gateway.rate);
      costs.push(taken.gateway.micros / taken.bare.micros);
      process.stdout.write(lineOf(round, "bare subscriber", taken.bare, "") + lineOf(round, "gateway", taken.gateway, ratios.at(-1).toFixed(2)));
    }
    process.stdout.write(`\nmedian: ${whole(median(rates))} changes/s, ${median(ratios).toFixed(2)} of the bare subscriber, for ${median(costs).toFixed(2)} of its processor time a change\n`);
  } finally {
    end(plant);
    rmSync(folder, { recursive: true, force: true });
  }
  process.exit(0);
}

function lineOf(round, who, { rate, micros, offered, serverMicros, coreMicros }, ratio) {
  return `| ${round} | ${who} | ${whole(rate)} | ${micros.toFixed(1)} | ${whole(offered)} | ${serverMicros.toFixed(1)} | ${coreMicros?.toFixed(1) ?? ""} | ${ratio} |\n`;
}

function whole(number) {
  return Math.round(number).toLocaleString("en");
}

function median(numbers) {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];
}

/** A part that is a process; `last` is its newest line, `first` its first. */
function launch(...command) {
  const child = spawn(process.execPath, command, { stdio: ["pipe", "pipe", process.env.BENCH_LOG ? "inherit" : "ignore"] });
  const part = { child, last: undefined, first: undefined };
  part.first = new Promise((resolve, reject) => {
    child.on("exit", (code) => reject(new Error(`${command.filter((word) => !word.startsWith("--")).slice(0, 2).join(" ")} has ended (${code}); BENCH_LOG=1 shows what it says`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      part.last = JSON.parse(line);
      resolve(part.last);
    });
  });
  part.first.catch(() => undefined);
  return part;
}

function end({ child }) {
  child.removeAllListeners("exit");
  child.kill("SIGKILL");
}

async function measure(who, { folder, port, certificateFile, signals, rate, seconds, plant, profile }) {
  const parts = [];
  try {
    let [taker, core, processor] = [];
    if (who === "bare") parts.push(taker = processor = launch(me, "bare", folder, String(port), String(signals)));
    else {
      parts.push(taker = core = launch(me, "sink", folder));
      const link = await core.first;
      for (const name of ["buffer", "nodes"]) rmSync(join(folder, "gateway", name), { recursive: true, force: true });
      writeFileSync(join(folder, "plant.json"), JSON.stringify(plantOf(signals)));
      parts.push(processor = launch(...(profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`]), fileURLToPath(dist("main.js")),
        "--data", folder, "--plant", join(folder, "plant.json"), "--core", `wss://localhost:${link.port}/edge/v1`,
        "--endpoint", `e=opc.tcp://127.0.0.1:${port}`, "--trust", certificateFile, "--exit-with-stdin"));
    }
    await processor.first;
    const count = () => taker.last?.count ?? 0;
    for (const until = performance.now() + 60_000; count() < rate / 10; await pause(250)) {
      if (performance.now() > until) throw new Error(`${who}: nothing comes within 60 s; BENCH_LOG=1 shows what the parts say`);
    }
    await pause(3000); // until the code is compiled and the queues have settled
    const state = () => ({ taken: { ...taker.last }, offered: { ...plant.last }, own: cpuSecondsOf(processor), server: cpuSecondsOf(plant), core: core === undefined ? 0 : cpuSecondsOf(core) });
    const before = state();
    await pause(seconds * 1000);
    const after = state();
    const taken = after.taken.count - before.taken.count;
    const micros = (part) => ((after[part] - before[part]) / taken) * 1e6;
    const rateOf = (counted) => ((after[counted].count - before[counted].count) / (after[counted].at - before[counted].at)) * 1000;
    if (profile !== undefined && who === "gateway") {
      processor.first.catch(() => undefined);
      const ended = new Promise((resolve) => processor.child.once("exit", resolve));
      processor.child.stdin.end();
      await ended;
    }
    return { rate: rateOf("taken"), micros: micros("own"), offered: rateOf("offered"), serverMicros: micros("server"), coreMicros: core === undefined ? undefined : micros("core") };
  } finally {
    parts.forEach(end);
  }
}

/** proc(5): user and system time in hundredths of a second, fields 14 and 15. */
function cpuSecondsOf({ child }) {
  const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function plantOf(signals) {
  const cell = { id: "c", nodePrefix: "x", class: "cell", machines: [] };
  return {
    format: "digitaltwin.plant/1", id: "p", endpoints: [{ name: "e", url: "opc.tcp://127.0.0.1:1", securityPolicy: "Basic256Sha256", userName: "gateway" }],
    equipmentClasses: { cell: { signals: Array.from({ length: signals }, (_, index) => ({ name: nameOf(index), role: "measurement", node: `nsu=${uri};s=${nameOf(index)}` })) } },
    areas: [{ id: "a", lines: [{ id: "l", endpoint: "e", namespaceUri: uri, nodePrefix: "L", cells: [cell] }] }],
  };
}

async function linkCertificates(folder) {
  const { OPCUACertificateManager } = await import("node-opcua");
  const pki = join(folder, "pki");
  mkdirSync(pki);
  for (const name of ["core", "gateway"]) {
    const manager = new OPCUACertificateManager({ rootFolder: join(pki, `made-${name}`), keySize: 2048, disableFileWatchers: true });
    await manager.initialize();
    await manager.createSelfSignedCertificate({ subject: `/CN=${name === "core" ? "localhost" : "gateway-1"}`, applicationUri: `urn:bench:${name}`, dns: ["localhost"], startDate: new Date(Date.now() - 60_000), validity: 2, outputFile: join(pki, `${name}.crt`) });
    copyFileSync(manager.privateKey, join(pki, `${name}.key`));
    await manager.dispose();
  }
  copyFileSync(join(pki, "core.crt"), join(pki, "ca.crt"));
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
