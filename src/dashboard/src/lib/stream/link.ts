import type { Connection, Frame } from "./frames";
import type { ToPage, ToWorker } from "./hub";
import { openSource, silenceLimitMs } from "./source";

/** `at` is this page's monotonic clock: when the frame reached the browser, since when the connection is so. */
export interface LinkListener {
  readonly onFrame: (frame: Frame, at: number) => void;
  readonly onConnection: (connection: Connection, at: number) => void;
}

/** Follows the stream through the browser's shared worker, or directly where there is none or it does not start. Returns how to stop. */
export function link(url: string, listener: LinkListener): () => void {
  let stop = () => {};
  const directly = () => {
    stop();
    stop = openSource(url, { onFrame: (frame) => listener.onFrame(frame, performance.now()), onConnection: (connection) => listener.onConnection(connection, performance.now()) });
  };
  /** @param spoke whether the worker ever said anything: one that died is replaced, one that never lived is done without */
  const fellSilent = (spoke: boolean) => { listener.onConnection("lost", performance.now()); if (spoke) shared(); else directly(); };
  const shared = () => { stop(); stop = throughWorker(url, listener, directly, fellSilent); };
  if (typeof SharedWorker === "undefined") directly(); else shared();
  return () => stop();
}

function throughWorker(url: string, listener: LinkListener, failed: () => void, fellSilent: (spoke: boolean) => void): () => void {
  const worker = new SharedWorker(new URL("./worker.ts", import.meta.url), { type: "module", name: "digitaltwin-stream" });
  const toHere = clockOffset(() => performance.now());
  let watch: ReturnType<typeof setTimeout> | undefined;
  let spoke = false;
  const listen = () => { clearTimeout(watch); watch = setTimeout(() => fellSilent(spoke), silenceLimitMs); };
  worker.onerror = failed;
  worker.port.onmessage = ({ data }: MessageEvent<ToPage>) => {
    spoke = true;
    listen();
    const at = toHere(data.sent) + data.at - data.sent;
    if ("frame" in data) listener.onFrame(data.frame, at);
    else listener.onConnection(data.connection, at);
  };
  const tell = (message: ToWorker) => worker.port.postMessage(message);
  const follow = () => { listen(); tell({ kind: "follow", url }); };
  const leave = () => { clearTimeout(watch); tell({ kind: "leave" }); };
  follow();
  addEventListener("pagehide", leave);   // a port does not report that its page has gone
  const back = (event: PageTransitionEvent) => { if (event.persisted) follow(); };
  addEventListener("pageshow", back);
  return () => { removeEventListener("pagehide", leave); removeEventListener("pageshow", back); leave(); worker.onerror = null; worker.port.onmessage = null; worker.port.close(); };
}

/** Page and worker count from different origins. The quickest message seen so far is the best estimate of the difference; a late one is late, not new. */
export function clockOffset(now: () => number): (workerTime: number) => number {
  let offset = Infinity;
  return (workerTime) => (offset = Math.min(offset, now() - workerTime)) + workerTime;
}
