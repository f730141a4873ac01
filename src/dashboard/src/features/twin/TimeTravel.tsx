import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { plantQuery } from "../../lib/api/queries";
import { fromPlantClock, toPlantClock } from "../../lib/time/zone";
import { useLive, usePlantNow } from "../../lib/stream/hooks";
import { useFormats } from "../../lib/view/formats";

const steps = { "−1 h": -3_600_000, "−10 min": -600_000, "−1 min": -60_000, "+1 min": 60_000, "+10 min": 600_000, "+1 h": 3_600_000 } as const;

/** Where in the plant's time the page stands; away from now it says so, and nothing on it is live. */
export function TimeTravel({ at, go }: { readonly at: number | null; readonly go: (at: number | null) => void }) {
  const { t } = useTranslation();
  const { time } = useFormats();
  const live = useLive();
  const known = usePlantNow() !== null;
  const zone = useQuery(plantQuery).data?.timeZone ?? "UTC";
  const [typed, setTyped] = useState<string | null>(null);
  const move = (to: number | null) => { setTyped(null); go(to); };
  const step = (by: number) => {
    const now = live.plantNow();
    if (now === null) return;
    const to = (at ?? now) + by;
    move(to >= now ? null : to);
  };
  const chosen = typed === null ? null : fromPlantClock(typed, zone);
  return (
    <section className={`panel travel ${at === null ? "" : "past"}`} aria-label={t("travel.title")} data-testid="time-travel" data-at={at ?? "now"}>
      {at === null ? <strong>{t("travel.now")}</strong> : <p role="status" data-testid="as-of"><strong>{t("travel.asOf", { time: time.dateTime(at) })}</strong> <span>{t("travel.notLive")}</span></p>}
      <form onSubmit={(event) => { event.preventDefault(); if (chosen !== null) move(chosen); }}>
        <input type="datetime-local" step="1" aria-label={t("travel.choose")} value={typed ?? (at === null ? "" : toPlantClock(at, zone))} onChange={(event) => setTyped(event.currentTarget.value)} />
        <Button type="submit" variant="default" size="compact-sm" disabled={chosen === null}>{t("travel.go")}</Button>
      </form>
      <Button.Group>{Object.entries(steps).map(([label, by]) => <Button key={label} variant="default" size="compact-sm" onClick={() => step(by)} disabled={!known || (at === null && by > 0)}>{label}</Button>)}</Button.Group>
      {at !== null && <Button variant="default" size="compact-sm" onClick={() => move(null)}>{t("travel.back")}</Button>}
    </section>
  );
}
