import type { Connection, Frame } from "./frames";
import { StreamModel } from "./model";
import { type SourceListener, openSource } from "./source";

/** On the worker's monotonic clock, `at` is since when it is so and `sent` is now: a page that was frozen or opened late must not take old for new. */
export type ToPage = ({ readonly frame: Frame } | { readonly connection: Connection }) & { readonly at: number; readonly sent: number };
export type ToWorker = { readonly kind: "follow"; readonly url: string } | { readonly kind: "leave" };

/** So often a page hears of the worker, also when the stream is silent: then the worker lives. */
const pulseMs = 5_000;

interface Port { postMessage(message: ToPage): void }

/**
 * Fans one EventSource out to every page of the browser. HTTP/1.1 allows six connections per host: with one source per
 * page, the seventh page would get nothing at all.
 */
export class StreamHub {
  private readonly feeds = new Map<string, { readonly ports: Set<Port>; readonly model: StreamModel; connection: Connection; since: number; close: () => void }>();

  constructor(private readonly now: () => number, private readonly open: (url: string, listener: SourceListener) => () => void = openSource) {}

  receive(port: Port, message: ToWorker): void {
    switch (message.kind) {
      case "follow": return this.follow(port, message.url);
      case "leave": return this.leave(port);
      default: message satisfies never;
    }
  }

  private follow(port: Port, url: string): void {
    this.leave(port);
    const feed = this.feeds.get(url);
    if (feed === undefined) return this.start(port, url);
    feed.ports.add(port);
    const sent = this.now();
    const at = feed.connection === "lost" ? Math.min(sent, feed.since) : sent;   // nothing is known of later
    const snapshot = feed.model.snapshot(at);
    if (snapshot !== null) port.postMessage({ frame: { kind: "snapshot", data: snapshot }, at, sent });
    port.postMessage({ connection: feed.connection, at: feed.since, sent });
  }

  private start(port: Port, url: string): void {
    const feed = { ports: new Set([port]), model: new StreamModel(), connection: "connecting" as Connection, since: this.now(), close: () => {} };
    this.feeds.set(url, feed);
    const tell = (message: ToPage) => { for (const each of feed.ports) each.postMessage(message); };
    const tellConnection = () => tell({ connection: feed.connection, at: feed.since, sent: this.now() });
    const close = this.open(url, {
      onFrame: (frame) => { const at = this.now(); feed.model.apply(frame, at); tell({ frame, at, sent: at }); },
      onConnection: (connection) => { Object.assign(feed, { connection, since: this.now() }); tellConnection(); },
    });
    const pulse = setInterval(tellConnection, pulseMs);
    feed.close = () => { clearInterval(pulse); close(); };
  }

  private leave(port: Port): void {
    for (const [url, feed] of this.feeds) {
      if (!feed.ports.delete(port) || feed.ports.size > 0) continue;
      feed.close();
      this.feeds.delete(url);
    }
  }
}
