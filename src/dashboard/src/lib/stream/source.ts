import { type Connection, type Frame, frameKinds, parseFrame } from "./frames";

export interface SourceListener {
  readonly onFrame: (frame: Frame) => void;
  readonly onConnection: (connection: Connection) => void;
}

/** The host sends a heartbeat each 5 s; a stream silent for more than two of them is dead even if the socket does not say so. */
export const silenceLimitMs = 11_000;
const reopenAfterMs = 1_000;

/**
 * One EventSource that never gives up. The browser reconnects and sends Last-Event-ID by itself while the source is
 * CONNECTING; it stops for good on an HTTP error, and it cannot see a half-open socket: those two are reopened here.
 */
export function openSource(url: string, listener: SourceListener, create: (url: string) => EventSource = (u) => new EventSource(u)): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let connection: Connection = "connecting";

  const become = (next: Connection) => {
    if (next === connection) return;
    connection = next;
    listener.onConnection(next);
  };
  const after = (ms: number, action: () => void) => { clearTimeout(timer); timer = setTimeout(action, ms); };
  const reopen = () => { source?.close(); become("lost"); after(reopenAfterMs, open); };
  const heard = () => after(silenceLimitMs, reopen);

  const open = () => {
    const opened = create(url);
    source = opened;
    heard();
    for (const kind of frameKinds) {
      opened.addEventListener(kind, (event) => {
        if (opened !== source) return;
        heard();
        const frame = parseFrame(kind, (event as MessageEvent<string>).data);
        listener.onFrame(frame);
        become("open");   // after the frame: the first one shown is the snapshot, never an old state called live
      });
    }
    opened.onerror = () => {
      if (opened !== source) return;
      if (opened.readyState === 2) reopen(); else { become("lost"); heard(); }
    };
  };
  open();
  return () => { clearTimeout(timer); source?.close(); source = null; };
}
