// What a page with a thousand live values costs the browser, and what its first load weighs.
//   npm run build && dotnet build src/DigitalTwin.Host && node src/dashboard/bench/live-values.mjs [--values 1000] [--seconds 30] [--every 0.5]
// A made recording of that many signals is played through OPC UA, gateway and host; Chromium shows all of them at once, and its own counters tell how
// long the main thread was busy. Every part is a real one, on a folder and ports of its own.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const option = (name, otherwise) => (process.argv.includes(name) ? Number(process.argv[process.argv.indexOf(name) + 1]) : otherwise);
const [count, seconds, every] = [option("--values", 1000), option("--seconds", 30), option("--every", 0.5)];
const limits = { mainThread: 0.2, script: 200 * 1000 };
const perStation = 40;
const names = Array.from({ length: count }, (_, i) => ({ station: `s${String(Math.floor(i / perStation)).padStart(2, "0")}`, signal: `v${String(i % perStation).padStart(2, "0")}` }));

const folder = mkdtempSync(join(tmpdir(), "dt-live-values-"));
const running = [];
try {
  await measure(writePlant());
} finally {
  for (const process of running.reverse()) { process.kill("SIGTERM"); await Promise.race([process.ended, wait(10_000)]); process.kill("SIGKILL"); }
  rmSync(folder, { recursive: true, force: true });
}

function writePlant() {
  const stations = [...new Set(names.map((each) => each.station))];
  const [plant, map, recording] = ["plant.json", "map.json", "recording.csv"].map((name) => join(folder, name));
  writeFileSync(plant, JSON.stringify({
    format: "digitaltwin.plant/1", id: "bench", name: "Bench", timeZone: "UTC",
    endpoints: [{ name: "recording", url: "opc.tcp://127.0.0.1:4840", securityPolicy: "Basic256Sha256", userName: "gateway" }],
    clock: { endpoint: "recording", plantTime: "nsu=urn:bench;s=Clock.PlantTime", speed: "nsu=urn:bench;s=Clock.Speed" },
    shifts: [{ name: "day", days: ["Monday"], start: "06:00", end: "18:00", breaks: [] }], equipmentClasses: {},
    areas: [{ id: "area", name: "Area", lines: [{
      id: "line", name: "Line", endpoint: "recording", namespaceUri: "urn:bench", constraintStation: stations[0],
      cells: stations.map((station) => ({
        id: station, name: station, nodePrefix: station, plannedRunTimePerItem: 60, machines: [],
        signals: names.filter((each) => each.station === station).map(({ signal }) => ({ name: signal, role: "measurement", node: signal, unit: "mm/s", range: [0, 100], period: 2 })),
      })) }] }],
  }));
  writeFileSync(map, JSON.stringify({
    format: "digitaltwin.replay-map/1", name: "bench", namespaceUri: "urn:bench", time: { every },
    signals: names.map(({ station, signal }) => ({ node: `${station}.${signal}`, column: `${station}.${signal}`, unit: { symbol: "mm/s", code: "C16" }, range: [0, 100] })),
  }));
  // Each value differs from the one before it, so that each row is a change of every signal.
  const rows = Array.from({ length: 240 }, (_, row) => names.map((_, i) => (50 + 40 * Math.sin(row / 7 + i)).toFixed(2)).join(","));
  writeFileSync(recording, [names.map(({ station, signal }) => `${station}.${signal}`).join(","), ...rows].join("\n"));
  return { plant, map, recording };
}

async function measure({ plant, map, recording }) {
  const [httpPort, edgePort] = [await freePort(), await freePort()];
  const data = join(folder, "data");
  const build = ["Release", "Debug"].map((each) => join(root, `src/DigitalTwin.Host/bin/${each}/net10.0/DigitalTwin.Host.dll`)).find(existsSync);
  if (build === undefined) throw new Error("The host is not built: dotnet build src/DigitalTwin.Host");
  start("host", "dotnet", [build, "--attach", "--data", data, "--plant", plant, "--urls", `http://127.0.0.1:${httpPort}`, "--edge-port", String(edgePort)]);
  await until("the host", async () => (await fetch(`http://127.0.0.1:${httpPort}/health/live`)).ok);
  const server = start("server", "node", [join(root, "simulations/opcua-server/dist/main.js"), "--data", data, "--port", "0", "--replay", recording, "--map", map, "--loop"]);
  const { port, certificate } = await server.ready;
  start("gateway", "node", [join(root, "src/edge-gateway/dist/main.js"), "--data", data, "--plant", plant, "--core", `wss://127.0.0.1:${edgePort}/edge/v1`, "--endpoint", `recording=opc.tcp://127.0.0.1:${port}`, "--trust", certificate]);
  const browser = await chromium.launchPersistentContext(join(folder, "profile"), {
    executablePath: "/usr/bin/chromium", headless: true, viewport: { width: 2560, height: 1920 },
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  try {
    const page = browser.pages()[0] ?? await browser.newPage();
    const first = await firstLoad(page, `http://127.0.0.1:${httpPort}`);
    await page.goto(`http://127.0.0.1:${httpPort}/values`, { waitUntil: "domcontentloaded" });
    const good = () => page.evaluate(() => document.querySelectorAll(".values li[data-quality='good']").length);
    await until(`${count} good values on the page`, async () => (await good()) === count);
    const inView = await page.evaluate(() => [...document.querySelectorAll(".values li")].filter((cell) => { const { top, bottom } = cell.getBoundingClientRect(); return top >= 0 && bottom <= innerHeight; }).length);
    const [wallClock, cpuClock] = [await profile(browser, page, "timeTicks"), await profile(browser, page, "threadTicks")];
    const counters = async () => ({ wall: await wallClock(), cpu: await cpuClock() });
    await wait(5_000);
    const texts = () => page.evaluate(() => [...document.querySelectorAll(".values li b")].map((cell) => cell.textContent));
    const [before, textBefore] = [await counters(), await texts()];
    await wait(seconds * 1000);
    const after = await counters();
    const changed = (await texts()).filter((text, i) => text !== textBefore[i]).length;
    const elapsed = after.wall.Timestamp - before.wall.Timestamp;
    const share = (name, clock = "wall") => (after[clock][name] - before[clock][name]) / elapsed;
    // Beside the measurement, not in it: how often a cell is written.
    const rate = await page.evaluate((ms) => new Promise((done) => {
      let writes = 0;
      const cells = [...document.querySelectorAll(".values li b")].slice(0, 50);
      const watch = new MutationObserver((all) => { writes += all.length; });
      for (const cell of cells) watch.observe(cell, { childList: true, characterData: true, subtree: true });
      setTimeout(() => { watch.disconnect(); done(writes / cells.length / (ms / 1000)); }, ms);
    }), 5_000);
    const stillGood = await good();
    console.log(`values on the page       ${count}, ${inView} of them in view; ${stillGood} good at the end, ${changed} with another text than ${seconds} s before`);
    console.log(`changes of each value    ${(1 / every).toFixed(1)}/s at the server, ${rate.toFixed(1)}/s on the page`);
    console.log(`main thread              ${percent(share("TaskDuration"))} busy over ${seconds} s (limit ${percent(limits.mainThread)}): script ${percent(share("ScriptDuration"))}, layout ${percent(share("LayoutDuration"))}, style ${percent(share("RecalcStyleDuration"))}`);
    console.log(`  of it processor time   ${percent(share("TaskDuration", "cpu"))}: script ${percent(share("ScriptDuration", "cpu"))}, layout ${percent(share("LayoutDuration", "cpu"))} (the rest waited for a processor that others had)`);
    console.log(`first load, script       ${(first.script / 1000).toFixed(1)} kB as the host sends it, in ${first.files} files (limit ${limits.script / 1000} kB); style ${(first.style / 1000).toFixed(1)} kB`);
    if (stillGood !== count || changed < count * 0.95) throw new Error("The values did not all move: the figure above is of nothing.");
    process.exitCode = share("TaskDuration") > limits.mainThread || first.script > limits.script ? 1 : 0;
  } finally {
    await browser.close();
  }
}

/** Chromium's own counters of a page's main thread, in seconds. */
async function profile(browser, page, timeDomain) {
  const session = await browser.newCDPSession(page);
  await session.send("Performance.enable", { timeDomain });
  return async () => Object.fromEntries((await session.send("Performance.getMetrics")).metrics.map(({ name, value }) => [name, value]));
}

/** Bytes of every script that the overview asks for until it stands, as they went over the wire. */
async function firstLoad(page, url) {
  const answers = [];
  const listen = (response) => { if (/\.(js|css)(\?|$)/.test(response.url())) answers.push(response); };
  page.on("response", listen);
  await page.goto(url, { waitUntil: "networkidle" }).catch(() => page.waitForSelector("[data-testid='exceptions']"));
  page.off("response", listen);
  const all = await Promise.all([...new Map(answers.map((each) => [each.url(), each])).values()].map(async (each) => ({ url: each.url(), sent: (await each.request().sizes()).responseBodySize })));
  const total = (end) => all.filter(({ url }) => url.endsWith(end)).reduce((sum, each) => sum + each.sent, 0);
  return { files: all.filter(({ url }) => url.endsWith(".js")).length, script: total(".js"), style: total(".css") };
}

function start(name, command, args) {
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  running.push(child);
  const said = [];
  child.ended = new Promise((done) => child.once("exit", done));
  child.ready = new Promise((done, fail) => {
    createInterface({ input: child.stdout }).on("line", (line) => { said.push(line); if (line.startsWith("{")) done(JSON.parse(line)); });
    createInterface({ input: child.stderr }).on("line", (line) => said.push(line));
    child.once("exit", (code) => { if (code) console.error(`${name} ended with ${code}:\n${said.slice(-20).join("\n")}`); fail(new Error(`${name} ended`)); });
  });
  child.ready.catch(() => {});
  return child;
}

async function until(what, holds) {
  const end = Date.now() + 120_000;
  for (;;) {
    if (await Promise.resolve().then(holds).catch(() => false)) return;
    if (Date.now() > end) throw new Error(`After two minutes still waiting for ${what}; ${readdirSync(folder).join(", ")} are in ${folder}.`);
    await wait(200);
  }
}

function freePort() {
  return new Promise((done) => { const server = createServer().listen(0, "127.0.0.1", () => { const { port } = server.address(); server.close(() => done(port)); }); });
}

function wait(ms) { return new Promise((done) => { setTimeout(done, ms); }); }
function percent(share) { return `${(share * 100).toFixed(1)} %`; }
