import { expect, it } from "vitest";
import type { Signal } from "../../lib/api/types";
import { numberFormat } from "../../lib/time/number";
import { grouped, textOf } from "./cell";

const signal = (id: string, more: Partial<Signal> = {}): Signal => ({ id, owner: id.slice(0, id.lastIndexOf(".")), name: id.slice(id.lastIndexOf(".") + 1), role: "measurement", type: "number", unit: "mm/s", low: null, high: null, texts: {}, ...more });
const value = (v: number, q: "good" | "stale" | "bad" | "uncertain") => ({ v, q, t: 0, unit: null, age: 0 });

it("A value that is not good carries a sign beside it, not only a colour", () => {
  const number = numberFormat("en");
  expect((["good", "uncertain", "bad", "stale"] as const).map((q) => textOf("vibration", value(4.211, q), undefined, number))).toEqual(["4.21", "? 4.21", "✕ 4.21", "◇ 4.21"]);
  expect(textOf("program", value(3, "good"), signal("m.program", { texts: { "3": "Spot weld" } }), number)).toBe("Spot weld");
});

it("Signals stand with the twin that has them; each word of the filter has to be in the id or the unit", () => {
  const all = [signal("a.x"), signal("a.b.vibration"), signal("a.b.current", { unit: "A" }), signal("a.y")];
  expect(grouped(all, "").map((group) => [group.owner, group.signals.map((each) => each.name)])).toEqual([["a", ["x", "y"]], ["a.b", ["vibration", "current"]]]);
  expect(grouped(all, " B mm").flatMap((group) => group.signals.map((each) => each.id))).toEqual(["a.b.vibration"]);
  expect(grouped(all, "nothing")).toEqual([]);
});
