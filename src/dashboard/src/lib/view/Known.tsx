import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Twin } from "../api/types";
import { isWithin } from "../plant/tree";
import { useLiveView, useValue } from "../stream/hooks";
import { isKnown } from "../stream/staleness";
import { age } from "../time/format";
import "./Known.css";

/** A fact of a twin is worth as much as the signal that it was read from: hatched, with quality and age, while that one is stale or bad. */
export function Known({ twin, from, children }: { readonly twin: Twin; readonly from: string; readonly children: ReactNode }) {
  const { t } = useTranslation();
  const value = useValue(`${twin.id}.${from}`);
  const derived = useLiveView((view) => view.connection === "lost" || [...view.unknownStates.keys()].some((id) => id !== twin.id && view.twins.get(id)?.kind === "station" && isWithin(id, twin.id)));
  const own = from in twin.reported;   // a line has no state of its own: its stations' is its
  const q = own ? value.q : derived ? "stale" : "good";
  if (isKnown(q)) return children;
  const text = own ? `${t(`quality.${q}`)}, ${t("twin.age")} ${age(value.age)}` : t(`quality.${q}`);
  return <span className="known hatched" data-quality={q} title={text}><span>{children}</span><span className="visually-hidden"> {text}</span></span>;
}
