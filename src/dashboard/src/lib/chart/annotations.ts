import type { TFunction } from "i18next";
import type { Note, Stop, TwinEvent } from "../api/types";
import { reasonText } from "../view/reasonText";

export type AnnotationKind = "alarm" | "stop" | "setpoint" | "gap" | "note";

/** Something that happened or was said at a moment (`at`, epoch milliseconds of plant time) of a timeline. */
export interface Annotation {
  readonly key: string;
  readonly kind: AnnotationKind;
  readonly at: number;
  readonly place: string;
  readonly text: string;
  readonly by: string | null;
  /** Id of the note, which can be taken back. */
  readonly note: string | null;
}

/** A shape for each kind, so that none is told by colour alone. */
export const glyphs: Readonly<Record<AnnotationKind, string>> = { alarm: "▲", stop: "■", setpoint: "▸", gap: "◇", note: "●" };

const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** What of a twin's events is worth a mark: faults, setpoints that were wanted or reported, and where nothing was heard. */
export function ofEvents(events: readonly TwinEvent[], t: TFunction): readonly Annotation[] {
  return events.flatMap((event): Annotation[] => {
    const { data } = event;
    const mark = (kind: AnnotationKind, said: string, by: string | null = null): Annotation[] =>
      [{ key: `event ${event.offset}`, kind, at: Date.parse(event.at), place: event.entity, text: said, by, note: null }];
    switch (event.name) {
      case "unit.fault-raised.v1": return mark("alarm", t("notes.fault", { code: text(data.code) }));
      case "unit.desired-changed.v1": return mark("setpoint", t("notes.desired", { name: text(data.name), value: text(data.value) }), typeof data.by === "string" ? data.by : null);
      case "unit.setpoint-reported.v1": return mark("setpoint", t("notes.reported", { name: text(data.signal), value: text(data.value) }));
      case "unit.signal-lost.v1": return mark("gap", t("notes.lost", { name: text(data.signal) }));
      case "unit.gap-observed.v1": return mark("gap", t("notes.gap"));
      default: return [];
    }
  });
}

/** Faults of stops, and the reasons that people have given them. */
export function ofStops(stops: readonly Stop[], t: TFunction): readonly Annotation[] {
  return stops.flatMap((stop): Annotation[] => {
    const common = { at: Date.parse(stop.from), place: stop.station, note: null };
    return [
      ...(stop.fault === 0 ? [] : [{ ...common, key: `fault ${stop.id}`, kind: "alarm" as const, text: t("notes.fault", { code: stop.fault }), by: null }]),
      ...(stop.by === null ? [] : [{ ...common, key: `stop ${stop.id}`, kind: "stop" as const, text: [reasonText(stop.reason, stop.reasonName, t), ...(stop.note ? [stop.note] : [])].join(" – "), by: stop.by }]),
    ];
  });
}

export const ofNotes = (notes: readonly Note[]): readonly Annotation[] =>
  notes.map((note) => ({ key: `note ${note.id}`, kind: "note", at: Date.parse(note.about), place: note.place, text: note.text, by: note.by, note: note.id }));

/** Those of a window, the newest first. */
export const within = (marks: readonly Annotation[], from: number, to: number): readonly Annotation[] =>
  marks.filter(({ at }) => from <= at && at <= to).toSorted((a, b) => b.at - a.at || a.key.localeCompare(b.key));

export interface MarkGroup { readonly kind: AnnotationKind; readonly at: number; readonly marks: readonly Annotation[] }

/** Marks of one kind that would stand on top of each other are one, at the first of them, with their number. */
export function groups(marks: readonly Annotation[], from: number, to: number, columns: number): readonly MarkGroup[] {
  const found = new Map<string, Annotation[]>();
  for (const mark of within(marks, from, to).toReversed()) {
    const key = `${mark.kind} ${Math.floor(((mark.at - from) / Math.max(1, to - from)) * columns)}`;
    found.set(key, [...(found.get(key) ?? []), mark]);
  }
  return [...found.values()].flatMap((each) => (each[0] ? [{ kind: each[0].kind, at: each[0].at, marks: each }] : []));
}
