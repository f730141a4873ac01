import { createContext, useCallback, useContext, useSyncExternalStore } from "react";
import { useStore } from "zustand";
import { Live, type LiveView, type ValueView, flushMs } from "./live";
import { link } from "./link";
import { plantTimeAt } from "./model";

export const LiveContext = createContext(new Live(() => performance.now(), () => Date.now()));
export const useLive = (): Live => useContext(LiveContext);

export const useLiveView = <T>(select: (view: LiveView) => T): T => useStore(useLive().view, select);

/** @param id signal id: owner's twin id + "." + signal name */
export function useValue(id: string): ValueView {
  const live = useLive();
  return useSyncExternalStore(useCallback((listener) => live.subscribeValue(id, listener), [live, id]), () => live.value(id));
}

/** Plant time now (epoch ms), moving on with the plant's clock; frozen while the stream is lost. Null until the plant has told the time. */
export function usePlantNow(everyMs: number = flushMs): number | null {
  const live = useLive();
  const subscribe = useCallback((tick: () => void) => {
    const timer = setInterval(tick, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return useSyncExternalStore(subscribe, () => {
    const { clock, lostAt } = live.view.getState();
    if (clock === null) return null;
    const time = plantTimeAt(clock, lostAt ?? live.monotonic());
    return Math.floor(time / (everyMs * clock.speed)) * everyMs * clock.speed;   // steps, so that two looks in one render agree
  });
}

/** Follows the plant's stream, values five times a second as charts draw them, for as long as the page lives. */
export function follow(live: Live, plantId: string): () => void {
  const topics = ["plant", `twin:${plantId}`, `tags:${plantId}`].map(encodeURIComponent).join(",");
  const stop = link(`/api/v1/stream?hz=5&topics=${topics}`, {
    onFrame: (frame, at) => live.take(frame, at),
    onConnection: (connection) => live.setConnection(connection),
  });
  const timer = setInterval(() => live.flush(), flushMs);
  return () => { clearInterval(timer); stop(); };
}
