import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import de from "./de.json";
import en from "./en.json";

type Tree = { readonly [key: string]: string | Tree };
const flat = (tree: Tree, path = ""): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) => (typeof value === "string" ? [[path + key, value] as [string, string]] : flat(value, `${path}${key}.`)));
const [english, german] = [new Map(flat(en)), new Map(flat(de))];
const placeholders = (text = "") => [...text.matchAll(/{{(\w+)}}/g)].map((match) => match[1]).sort();

const root = join(import.meta.dirname, "..");
const sources = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => /\.tsx?$/.test(file) && !file.includes(".spec."))
  .map((file) => readFileSync(join(root, file), "utf8")).join("\n");

it("English and German have the same keys", () => expect([...german.keys()].sort()).toEqual([...english.keys()].sort()));

it("A translation fills in what its original fills in", () => {
  for (const [key, text] of english) expect(placeholders(german.get(key)), key).toEqual(placeholders(text));
});

it("Every key that the page names exists", () => {
  const named = [...sources.matchAll(/\bt\("([a-zA-Z0-9.]+)"/g)].map((match) => match[1] ?? "");
  expect(named.length).toBeGreaterThan(80);
  expect(named.filter((key) => !english.has(key))).toEqual([]);
});

it("No text stands in the files that no page shows", () => {
  const stems = [...sources.matchAll(/\bt\(`([a-zA-Z0-9.]+)\./g)].map((match) => `${match[1] ?? ""}.`);
  const unused = [...english.keys()].filter((key) => !sources.includes(`"${key}"`) && !stems.some((stem) => key.startsWith(stem)));
  expect(unused).toEqual([]);
});
