import { AttributeIds, DataType, VariantArrayType } from "node-opcua";
import { expect, test } from "vitest";
import { ns, t0 } from "./testing/line-nodes.js";
import { connected, runningServer, sourceMicros } from "./testing/opcua-client.js";
import { ScriptedPlant } from "./testing/scripted-plant.js";

const waveform = Float32Array.from({ length: 4096 }, (_, index) => Math.sin(index / 7));

test("a client reads a waveform as an array of Float, bit for bit, and a picture as a ByteString", async () => {
  const nodes = [
    { ns, id: "Press1.VibrationWaveform", dataType: "FloatArray", unit: { symbol: "mm/s", code: "C16" }, writable: false },
    { ns, id: "Inspection.Picture", dataType: "ByteString", writable: false },
  ] as const;
  const plant = await new ScriptedPlant(nodes, () => [[0, Buffer.from(waveform.buffer).toString("base64"), t0 + 7], [1, Buffer.from("BM picture").toString("base64"), t0]]).listen();
  const running = await runningServer(plant);
  try {
    await connected(running, async (session) => {
      const read = await session.read({ nodeId: "ns=2;s=Press1.VibrationWaveform", attributeId: AttributeIds.Value });
      expect([read.value.dataType, read.value.arrayType]).toEqual([DataType.Float, VariantArrayType.Array]);
      expect(read.value.value).toEqual(waveform);
      expect(sourceMicros(read)).toBe(t0 + 7);
      expect((await session.read({ nodeId: "ns=2;s=Press1.VibrationWaveform", attributeId: AttributeIds.ValueRank })).value.value).toBe(1);
      expect((await session.read({ nodeId: "ns=2;s=Inspection.Picture", attributeId: AttributeIds.Value })).value).toMatchObject({ dataType: DataType.ByteString, value: Buffer.from("BM picture") });
    });
  } finally {
    await running.stop();
  }
}, 60_000);
