import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { notesQuery, stopsQuery, windowEventsQuery } from "../api/queries";
import type { TwinKind } from "../api/types";
import { type Annotation, ofEvents, ofNotes, ofStops } from "../chart/annotations";

export interface Annotations { readonly marks: readonly Annotation[]; readonly failed: boolean; readonly more: boolean }

/**
 * What stands on the timeline of a twin: of a line its stops and notes, of a station or machine its own events and notes, and its stops.
 * @param until end of a window that is over; null while it runs
 * @param now until when stops are asked for while it runs
 */
export function useAnnotations(id: string, kind: TwinKind, from: number, until: number | null, now: number): Annotations {
  const { t } = useTranslation();
  const end = until ?? Math.ceil(now / 600_000) * 600_000;   // moves seldom, so that the host is not asked with every tick
  const notes = useQuery(notesQuery(id, from, until));
  const stops = useQuery({ ...stopsQuery(id, from, end), enabled: kind !== "machine", placeholderData: (before) => before });
  const events = useQuery({ ...windowEventsQuery(id, from, until), enabled: kind !== "line" });
  const [said, stood, happened] = [notes.data, stops.data, events.data];
  const marks = useMemo(() => [
    ...ofNotes(said ?? []),
    ...ofStops(stood?.items ?? [], t).filter((mark) => kind === "line" || mark.kind !== "alarm"),   // a station's own events have its faults
    ...ofEvents(happened?.items ?? [], t),
  ], [said, stood, happened, kind, t]);
  return { marks, failed: [notes, stops, events].some((query) => query.isError), more: Boolean(stood?.next ?? happened?.next) };
}
