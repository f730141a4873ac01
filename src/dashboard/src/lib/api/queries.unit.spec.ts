import { QueryClient } from "@tanstack/react-query";
import { expect, it, vi } from "vitest";
import { pastTwinQuery } from "./queries";

it("A moment of the past is asked for again until all of it has arrived, and then no more", async () => {
  let asked = 0;
  vi.stubGlobal("fetch", () => { asked++; return Promise.resolve(new Response(JSON.stringify({ offset: asked }), { status: 200 })); });
  const client = new QueryClient();
  const look = (settled: boolean) => client.fetchQuery(pastTwinQuery("leipzig.robot", 0, () => settled));
  await look(false);
  await look(false);
  expect(asked).toBe(2);
  await look(true);
  await look(true);
  expect((await look(true)).twin.offset).toBe(3);
  expect(asked).toBe(3);
});
