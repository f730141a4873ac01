import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";

const file = (path: string) => JSON.parse(readFileSync(fileURLToPath(new URL(`../../../../${path}`, import.meta.url)), "utf8")) as Record<string, unknown>;
const schema = file("docs/schemas/plant.schema.json");
const plant = file("simulations/plants/first-line.json");

// The core's reader wrote the schema and judges by it; a validator that others wrote has to come to the same verdicts.
describe("the published JSON Schema of plant definitions", () => {
  const validate = new Ajv2020({ allErrors: true, strict: false }).compile(schema);

  it("takes the first line's definition", () => {
    validate(plant);
    expect(validate.errors ?? []).toEqual([]);
  });

  it.each([
    ["a member it does not know", { ...plant, colour: "red" }],
    ["a missing member", { ...plant, areas: undefined }],
    ["a text where a list belongs", { ...plant, shifts: "three" }],
    ["another format", { ...plant, format: "digitaltwin.plant/9" }],
  ])("refuses %s", (_, wrong) => {
    expect(validate(JSON.parse(JSON.stringify(wrong)))).toBe(false);
  });
});
