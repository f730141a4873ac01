import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const css = readFileSync(join(import.meta.dirname, "tokens.css"), "utf8");
const tokens = new Map([...css.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1] ?? "", match[2] ?? ""]));

/** WCAG 2.2 relative luminance and contrast. */
const luminance = (hex: string): number => {
  const channel = (i: number) => { const c = parseInt(hex.slice(i, i + 2), 16) / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
};
const contrast = (a: string, b: string): number => {
  const [x = 0, y = 0] = [a, b].map((name) => luminance(tokens.get(name) ?? "")).sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05);
};

/** What the design states: on a panel, for ink on the page. */
it.each([["ink", "bg", 10.67], ["ink2", "panel", 6.77], ["p1", "panel", 5.17], ["p2", "panel", 4.3], ["p3", "panel", 4.27], ["stale", "panel", 6.07], ["blue", "panel", 6.58]])("%s on %s has at least its stated contrast", (name, surface, least) => {
  expect(contrast(name, surface)).toBeGreaterThanOrEqual(least);
});

it.each(["ink", "ink2", "p1", "stale", "blue"])("Small text in %s can be read on every surface (4.5 : 1)", (name) => {
  for (const surface of ["bg", "panel", "field"]) expect(contrast(name, surface), surface).toBeGreaterThanOrEqual(4.5);
});

it.each(["p2", "p3", "outline", "setup", "stopped"])("Shapes in %s stand out from every surface (3 : 1)", (name) => {
  for (const surface of ["bg", "panel", "field"]) expect(contrast(name, surface), surface).toBeGreaterThanOrEqual(3);
});

it("A bar's outline stands out where its fill does not", () => expect(contrast("outline", "panel")).toBeGreaterThanOrEqual(4.5));

it("Every token is used", () => {
  const root = join(import.meta.dirname, "../..");
  const sources = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => /\.(tsx?|css)$/.test(file) && !file.includes(".spec.")).map((file) => readFileSync(join(root, file), "utf8")).join("\n");
  const severity = new Set(["p1", "p2", "p3", "stale"]);   // named by their severity
  expect([...tokens.keys()].filter((name) => !severity.has(name) && !sources.includes(`var(--${name})`) && !sources.includes(`token("${name}")`))).toEqual([]);
});

it("There is no green: running is grey", () => {
  for (const [name, hex] of tokens) {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
    expect(g > r + 12 && g > b + 12, name).toBe(false);
  }
});
