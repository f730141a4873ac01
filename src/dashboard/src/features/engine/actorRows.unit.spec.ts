import { expect, it } from "vitest";
import type { Actor } from "../../lib/api/types";
import { actorRows, rate } from "./actorRows";

const actor = (id: string, more: Partial<Actor> = {}): Actor =>
  ({ id, kind: "machine", shard: "leipzig.body.line1", mailbox: 0, processed: 1, restarts: 0, lastMessage: "2026-01-05T08:30:00Z", state: "running", why: null, ...more });
const ids = (rows: readonly Actor[]) => rows.map((row) => row.id);
const all = [actor("b", { mailbox: 3 }), actor("c", { restarts: 2 }), actor("d", { state: "stopped", why: "row 7 is corrupt" }), actor("a", { kind: "line" }), actor("e", { state: "restarting" })];

it("What has stopped comes first, then what restarts, whatever the order of the rest", () => {
  expect(ids(actorRows(all, "", "name"))).toEqual(["d", "e", "a", "b", "c"]);
  expect(ids(actorRows(all, "", "mailbox"))).toEqual(["d", "e", "b", "a", "c"]);
  expect(ids(actorRows(all, "", "restarts"))).toEqual(["d", "e", "c", "a", "b"]);
});

it("Every word of the filter is in the name, kind, shard, state or reason", () => {
  expect(ids(actorRows(all, "CORRUPT machine", "name"))).toEqual(["d"]);
  expect(ids(actorRows(all, "line1 line", "name"))).toEqual(["d", "e", "a", "b", "c"]);
  expect(ids(actorRows(all, "nothing", "name"))).toEqual([]);
});

it("A rate needs two looks at the same journal", () => {
  expect(rate(null, 10, 1000)).toBeNull();
  expect(rate({ events: 10, at: 1000 }, 30, 3000)).toBe(10);
  expect(rate({ events: 10, at: 1000 }, 10, 1000)).toBeNull();
  expect(rate({ events: 10, at: 1000 }, 4, 3000)).toBeNull();
});
