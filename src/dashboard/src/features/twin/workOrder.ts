import type { Twin } from "../../lib/api/types";

/** Id of the work order of a vehicle body in the line at or above a twin: `LINE.order-BODY`, with what would break an id percent-encoded. */
export function workOrderId(path: readonly Pick<Twin, "id" | "kind">[], body: string): string | null {
  const line = path.find((twin) => twin.kind === "line");
  return line ? `${line.id}.order-${encodeURIComponent(body).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`).replaceAll(".", "%2E")}` : null;
}
