import type { Connection, Frame } from "./frames";
import type { ToPage, ToWorker } from "./hub";
import { openSource } from "./source";

export interface LinkListener {
  /** @param at this page's monotonic clock when the frame reached the browser */
  readonly onFrame: (frame: Frame, at: number) => void;
  readonly onConnection: (connection: Connection) => void;
}

/** Follows the stream through the browser's shared worker, or directly where there is none. Returns how to stop. */
export function link(url: string, listener: LinkListener): () => void {
  if (typeof SharedWorker === "undefined") {
    return openSource(url, { onFrame: (frame) => listener.onFrame(frame, performance.now()), onConnection: listener.onConnection });
  }
  const worker = new SharedWorker(new URL("./worker.ts", import.meta.url), { type: "module", name: "digitaltwin-stream" });
  const toHere = clockOffset(() => performance.now());
  worker.port.onmessage = ({ data }: MessageEvent<ToPage>) => {
    const at = toHere(data.at);
    if ("frame" in data) listener.onFrame(data.frame, at);
    else listener.onConnection(data.connection);
  };
  const tell = (message: ToWorker) => worker.port.postMessage(message);
  const follow = () => tell({ kind: "follow", url });
  const leave = () => tell({ kind: "leave" });
  follow();
  addEventListener("pagehide", leave);   // a port does not report that its page has gone
  const back = (event: PageTransitionEvent) => { if (event.persisted) follow(); };
  addEventListener("pageshow", back);
  return () => { removeEventListener("pagehide", leave); removeEventListener("pageshow", back); leave(); worker.port.close(); };
}

/** Page and worker count from different origins. The quickest message seen so far is the best estimate of the difference; a late one is late, not new. */
export function clockOffset(now: () => number): (workerTime: number) => number {
  let offset = Infinity;
  return (workerTime) => (offset = Math.min(offset, now() - workerTime)) + workerTime;
}
