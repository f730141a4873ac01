import type { FrameKind } from "../lib/stream/frames";

/** An EventSource whose other end is the test. */
export class FakeEventSource extends EventTarget {
  static opened: FakeEventSource[] = [];
  static last = (): FakeEventSource => {
    const source = FakeEventSource.opened.at(-1);
    if (source === undefined) throw new Error("No EventSource was opened.");
    return source;
  };
  readyState = 0;
  onerror: ((event: Event) => void) | null = null;
  closed = false;

  constructor(readonly url: string) {
    super();
    FakeEventSource.opened.push(this);
  }

  send(kind: FrameKind, data: unknown): void {
    this.readyState = 1;
    this.dispatchEvent(new MessageEvent(kind, { data: JSON.stringify(data) }));
  }

  /** The browser lost the connection and tries again by itself. */
  drop(): void { this.readyState = 0; this.onerror?.(new Event("error")); }

  /** The server answered with an HTTP error: the browser gives up. */
  refuse(): void { this.readyState = 2; this.onerror?.(new Event("error")); }

  close(): void { this.closed = true; this.readyState = 2; }
}
