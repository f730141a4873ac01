import type { Connection, Frame } from "./frames";
import { StreamModel } from "./model";
import { type SourceListener, openSource } from "./source";

/** `at` is the worker's monotonic clock: a page that was frozen must not take old frames for new ones. */
export type ToPage = { readonly frame: Frame; readonly at: number } | { readonly connection: Connection; readonly at: number };
export type ToWorker = { readonly kind: "follow"; readonly url: string } | { readonly kind: "leave" };

interface Port { postMessage(message: ToPage): void }

/**
 * Fans one EventSource out to every page of the browser. HTTP/1.1 allows six connections per host: with one source per
 * page, the seventh page would get nothing at all.
 */
export class StreamHub {
  private readonly feeds = new Map<string, { readonly ports: Set<Port>; readonly model: StreamModel; connection: Connection; close: () => void }>();

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
    const at = this.now();
    const snapshot = feed.model.snapshot(at);
    if (snapshot !== null) port.postMessage({ frame: { kind: "snapshot", data: snapshot }, at });
    port.postMessage({ connection: feed.connection, at });
  }

  private start(port: Port, url: string): void {
    const feed = { ports: new Set([port]), model: new StreamModel(), connection: "connecting" as Connection, close: () => {} };
    this.feeds.set(url, feed);
    const tell = (message: ToPage) => { for (const each of feed.ports) each.postMessage(message); };
    feed.close = this.open(url, {
      onFrame: (frame) => { const at = this.now(); feed.model.apply(frame, at); tell({ frame, at }); },
      onConnection: (connection) => { feed.connection = connection; tell({ connection, at: this.now() }); },
    });
  }

  private leave(port: Port): void {
    for (const [url, feed] of this.feeds) {
      if (!feed.ports.delete(port) || feed.ports.size > 0) continue;
      feed.close();
      this.feeds.delete(url);
    }
  }
}
