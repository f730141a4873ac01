import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readPlant, type Plant } from "./definition.js";

const firstLine = readFileSync(fileURLToPath(new URL("../../../../simulations/plants/first-line.json", import.meta.url)));

function plantOf(bytes: Uint8Array): Plant {
  const result = readPlant(bytes);
  if (result.kind === "faults") throw new Error(result.faults.join("\n"));
  return result.plant;
}

/** Faults of the first line's file with the members at these paths changed; undefined takes one away. */
function faultsOf(changes: Record<string, unknown>): readonly string[] {
  const file: unknown = JSON.parse(firstLine.toString("utf8"));
  for (const [path, value] of Object.entries(changes)) {
    const steps = path.split("/");
    const last = steps.pop() ?? "";
    let at = file as Record<string, unknown>;
    for (const step of steps) at = at[step] as Record<string, unknown>;
    at[last] = value;
  }
  const result = readPlant(Buffer.from(JSON.stringify(file)));
  return result.kind === "faults" ? result.faults : [];
}

test("the first line has every signal and setpoint of its line, cells, robots, guns and fixtures", () => {
  const plant = plantOf(firstLine);
  expect(plant.signals).toHaveLength(5 + 8 * (10 + 7 + 1 + 9 + 2 + 5));
  expect(plant.signals.find((signal) => signal.id === "leipzig.body.line1.cell3.robot.vibration")).toEqual({
    id: "leipzig.body.line1.cell3.robot.vibration", endpoint: "body-line1", node: "nsu=urn:leipzig:body:line1;s=Cell3.Robot.Vibration", type: "number", access: "read", class: "diagnostic", unit: "mm/s", range: [0, 25],
  });
  expect(plant.signals.find((signal) => signal.id === "leipzig.body.line1.cell3.vehicle")?.type).toBe("text");
  expect(plant.signals.find((signal) => signal.id === "leipzig.body.line1.cell3.gun.weldCurrent")?.node).toBe("nsu=urn:leipzig:body:line1;s=Cell3.Gun.WeldCurrentSetpoint");
  expect(plant.signals[0]?.id).toBe("leipzig.body.line1.produced");
  expect(new Set(plant.signals.map((signal) => signal.id)).size).toBe(plant.signals.length);
});

test("a cell need not have machines, as the published schema says", () => {
  expect(faultsOf({ "areas/0/lines/0/cells/0/machines": undefined })).toEqual([]);
});

test("what a signal says of its node is read: element, unit, range, texts, and who may write it", () => {
  const file = JSON.parse(firstLine.toString("utf8"));
  file.areas[0].lines[0].cells[0].signals = [
    { name: "zone2", role: "measurement", node: "nsu=urn:other;s=Zones", index: "2", unit: "°C", range: [0, 80], writable: true },
    { name: "door", role: "measurement", node: "nsu=urn:other;s=Door", texts: { 0: "open", 1: "shut" } },
  ];
  const { signals } = plantOf(Buffer.from(JSON.stringify(file)));
  expect(signals.find((signal) => signal.id.endsWith("cell1.zone2"))).toMatchObject({ index: "2", unit: "°C", range: [0, 80], access: "write" });
  expect(signals.find((signal) => signal.id.endsWith("cell1.door"))).toMatchObject({ texts: { 0: "open", 1: "shut" }, access: "read" });
  expect(signals.find((signal) => signal.id.endsWith("cell1.gun.weldCurrent"))).toMatchObject({ range: [7, 12], access: "setpoint" });
  expect(faultsOf({ "areas/0/lines/0/cells/0/signals": [{ name: "z", role: "measurement", node: "nsu=urn:o;s=Z", index: "2:4", range: [8, 0], texts: { one: "open" } }] })).toEqual([
    '$.areas[0].lines[0].cells[0].signals[0].index: "2:4" is no index of one element; write 3, or 1,2 in a matrix',
    "$.areas[0].lines[0].cells[0].signals[0].range: has to be two numbers, the lower one first, is [8,0]",
    '$.areas[0].lines[0].cells[0].signals[0].texts.one: has to be a text under a whole number, as in {"0": "Stopped"}',
  ]);
});

test("what is dropped first when not all can be kept is said by a class, and what happened is never below what was measured", () => {
  const classOf = (name: string) => plantOf(firstLine).signals.find((signal) => signal.id.endsWith(name))?.class;
  expect([classOf("cell3.state"), classOf("cell3.vehicle"), classOf("gun.weldCurrent"), classOf("robot.vibration"), classOf("robot.energy")]).toEqual(["state", "state", "state", "diagnostic", "telemetry"]);
  expect(faultsOf({ "areas/0/lines/0/cells/0/signals": [{ name: "z", role: "measurement", node: "nsu=urn:o;s=Z", class: "gold" }] })).toEqual([
    '$.areas[0].lines[0].cells[0].signals[0].class: has to be one of state, telemetry, diagnostic, is "gold"',
  ]);
});

test("waveforms and images are dropped first unless their file says otherwise, and have no elements", () => {
  const file = JSON.parse(firstLine.toString("utf8"));
  file.areas[0].lines[0].cells[0].signals = [{ name: "shape", role: "measurement", node: "nsu=urn:o;s=W", type: "waveform", sampleRate: 4096 }, { name: "picture", role: "measurement", node: "nsu=urn:o;s=P", type: "image", class: "telemetry" }];
  const { signals } = plantOf(Buffer.from(JSON.stringify(file)));
  expect(signals.find((signal) => signal.id.endsWith("cell1.shape"))).toMatchObject({ type: "waveform", class: "diagnostic" });
  expect(signals.find((signal) => signal.id.endsWith("cell1.picture"))).toMatchObject({ type: "image", class: "telemetry" });
  expect(faultsOf({ "areas/0/lines/0/cells/0/signals": [{ name: "shape", role: "measurement", node: "nsu=urn:o;s=W", type: "waveform", index: "2" }] })).toEqual([
    "$.areas[0].lines[0].cells[0].signals[0].index: a signal of type waveform is a whole value",
  ]);
});

test("the plant hash is the SHA-256 of the file as it is on the disk", () => {
  expect(plantOf(firstLine).hash).toMatch(/^[0-9a-f]{64}$/);
  expect(plantOf(Buffer.concat([firstLine, Buffer.from("\n")])).hash).not.toBe(plantOf(firstLine).hash);
});

test("signals of an element add to those of its class, and a full node id stands as it is", () => {
  const file = JSON.parse(firstLine.toString("utf8"));
  file.areas[0].lines[0].cells[0].signals = [{ name: "humidity", role: "measurement", node: "nsu=urn:other;i=77", period: 10 }];
  const added = plantOf(Buffer.from(JSON.stringify(file))).signals.find((signal) => signal.id === "leipzig.body.line1.cell1.humidity");
  expect(added).toEqual({ id: "leipzig.body.line1.cell1.humidity", endpoint: "body-line1", node: "nsu=urn:other;i=77", type: "number", access: "read", class: "telemetry" });
});

test("a wrong file is refused with path and reason for every fault, not the first alone", () => {
  const faults = faultsOf({
    "endpoints/0/securityPolicy": "None",
    "endpoints/0/url": "http://127.0.0.1",
    "clock/endpoint": "paint",
    "areas/0/lines/0/cells/1/class": "weld-cel",
    "areas/0/lines/0/cells/2/id": "cell1",
    "equipmentClasses/weld-gun/signals/3/period": 0,
    "equipmentClasses/fixture/signals/1/name": "mode.x",
    "areas/0/lines/0/namespaceUri": undefined,
  });
  expect(faults).toEqual([
    '$.endpoints[0].url: "http://127.0.0.1" is not of the form opc.tcp://host:port',
    '$.endpoints[0].securityPolicy: has to be one of Basic256Sha256, Aes128_Sha256_RsaOaep, Aes256_Sha256_RsaPss, is "None"',
    '$.clock.endpoint: "paint" is not in $.endpoints',
    '$.equipmentClasses["weld-gun"].signals[3].period: has to be a number above 0, is 0',
    '$.equipmentClasses.fixture.signals[1].name: "mode.x" may hold letters, digits, "-" and "_" only',
    "$.areas[0].lines[0].namespaceUri: has to be a text that is not empty, is missing",
    '$.areas[0].lines[0].cells[1].class: "weld-cel" is not in $.equipmentClasses',
    '$.areas[0].lines[0].cells[2].id: "leipzig.body.line1.cell1" is used before at $.areas[0].lines[0].cells[0]',
    '$.areas[0].lines[0].cells[2].machines[0].id: "leipzig.body.line1.cell1.robot" is used before at $.areas[0].lines[0].cells[0].machines[0]',
    '$.areas[0].lines[0].cells[2].machines[1].id: "leipzig.body.line1.cell1.gun" is used before at $.areas[0].lines[0].cells[0].machines[1]',
    '$.areas[0].lines[0].cells[2].machines[2].id: "leipzig.body.line1.cell1.fixture" is used before at $.areas[0].lines[0].cells[0].machines[2]',
  ]);
});

test("what is no plant definition at all is refused as such", () => {
  expect(readPlant(Buffer.from("{"))).toMatchObject({ kind: "faults" });
  expect(faultsOf({ format: "digitaltwin.plant/2" })).toEqual(['$.format: is "digitaltwin.plant/2", this gateway reads "digitaltwin.plant/1"']);
});
