import { createContext, useCallback, useContext, useSyncExternalStore } from "react";
import { useStore } from "zustand";
import { Live, type LiveView, type ValueView, flushMs } from "./live";
import { link } from "./link";

export const LiveContext = createContext(new Live(() => performance.now(), () => Date.now()));
export const useLive = (): Live => useContext(LiveContext);

export const useLiveView = <T>(select: (view: LiveView) => T): T => useStore(useLive().view, select);

/** @param id signal id: owner's twin id + "." + signal name */
export function useValue(id: string): ValueView {
  const live = useLive();
  return useSyncExternalStore(useCallback((listener) => live.subscribeValue(id, listener), [live, id]), () => live.value(id));
}

/** {@link Live.plantNow}, moving on. */
export function usePlantNow(everyMs: number = flushMs): number | null {
  const live = useLive();
  return useSyncExternalStore(useTick(everyMs), () => {
    const now = live.plantNow();
    const step = everyMs * (live.view.getState().clock?.speed || 1);
    return now === null ? null : Math.floor(now / step) * step;   // steps, so that two looks in one render agree
  });
}

export function usePlantStands(): boolean {
  const live = useLive();
  return useSyncExternalStore(useTick(flushMs), () => live.plantStands());
}

const useTick = (everyMs: number) => useCallback((tick: () => void) => {
  const timer = setInterval(tick, everyMs);
  return () => clearInterval(timer);
}, [everyMs]);

/** Follows the plant's stream, values as often as the page redraws them ({@link flushMs}), for as long as the page lives. */
export function follow(live: Live, plantId: string): () => void {
  const topics = ["plant", `twin:${plantId}`, `tags:${plantId}`].map(encodeURIComponent).join(",");
  const stop = link(`/api/v1/stream?hz=4&topics=${topics}`, {
    onFrame: (frame, at) => live.take(frame, at),
    onConnection: (connection, at) => live.setConnection(connection, at),
  });
  const timer = setInterval(() => live.flush(), flushMs);
  return () => { clearInterval(timer); stop(); };
}
