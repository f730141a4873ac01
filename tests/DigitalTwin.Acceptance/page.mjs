// Opens a page in Chromium and tells, as JSON lines on standard output, what stands in the elements that it is asked to watch,
// each time that changes. Ends when standard input closes; a screenshot and an accessibility check are taken on request.
//   node page.mjs URL [--watch testid,testid…] [--size 1400x900]
// Requests on standard input, one a line: {"screenshot":"file.png"} | {"axe":true} | {"open":"URL"} | {"waitFor":"selector"} | {"size":[1280,800]}
// | {"press":{"selector","key"}} | {"fill":{"selector","text"}} (of a choice, the value); each is answered with a line of the same key.
import { createInterface } from "node:readline";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

const [url, ...options] = process.argv.slice(2);
const option = (name) => (options.includes(name) ? options[options.indexOf(name) + 1] : undefined);
const watched = (option("--watch") ?? "").split(",").filter((id) => id !== "");
const [width, height] = (option("--size") ?? "1400x900").split("x").map(Number);

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const profile = mkdtempSync(join(tmpdir(), "dt-chromium-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: "/usr/bin/chromium",
  headless: true,
  viewport: { width, height },
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const page = browser.pages()[0] ?? (await browser.newPage());
page.on("pageerror", (error) => say({ error: String(error) }));
// A host that is not ready answers 503, and the browser logs that although the page shows it as it should.
const isAnswer = (message) => message.location().url.endsWith("/health/ready");
page.on("console", (message) => { if (message.type() === "error" && !isAnswer(message)) say({ error: `${message.text()} ${message.location().url}` }); });
await page.exposeFunction("tell", say);
await page.addInitScript((ids) => {
  const last = new Map();
  setInterval(() => {
    for (const id of ids) {
      const element = document.querySelector(`[data-testid="${id}"]`);
      if (element === null) continue;
      const seen = { id, text: element.textContent, quality: element.getAttribute("data-quality"), state: element.getAttribute("data-state") };
      const key = JSON.stringify(seen);
      if (last.get(id) === key) continue;
      last.set(id, key);
      window.tell({ ...seen, at: Date.now() });
    }
  }, 40);
}, watched);
await page.goto(url, { waitUntil: "domcontentloaded" });
say({ ready: true });

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  if (request.open !== undefined) {
    await page.goto(request.open, { waitUntil: "domcontentloaded" });
    say({ open: request.open });
  } else if (request.waitFor !== undefined) {
    await page.waitForSelector(request.waitFor, { timeout: 30_000 });
    say({ waitFor: request.waitFor });
  } else if (request.screenshot !== undefined) {
    await page.screenshot({ path: request.screenshot, fullPage: false });
    say({ screenshot: request.screenshot });
  } else if (request.size !== undefined) {
    await page.setViewportSize({ width: request.size[0], height: request.size[1] });
    say({ size: request.size });
  } else if (request.press !== undefined) {
    await page.press(request.press.selector, request.press.key);
    say({ press: request.press });
  } else if (request.fill !== undefined) {
    const { selector, text } = request.fill;
    if (await page.locator(selector).evaluate((element) => element.tagName === "SELECT")) await page.selectOption(selector, text);
    else await page.fill(selector, text);
    say({ fill: request.fill });
  } else if (request.axe) {
    const { violations } = await new AxeBuilder({ page }).analyze();
    say({ axe: violations.map((violation) => `${violation.id}: ${violation.help} (${violation.nodes.length}, e.g. ${violation.nodes[0]?.target})`) });
  }
}
await browser.close();
rmSync(profile, { recursive: true, force: true });
