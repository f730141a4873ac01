import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Stop } from "../../lib/api/types";
import { useFormats } from "../../lib/view/formats";
import type { Asked } from "./StopDialog";
import { reasonText } from "../../lib/view/reasonText";

/** What a stop has become by what was said about it. One of another station than the figures' own leaves the queue and stands in no list of this page: here is where it went, and the way back. */
export function Result({ parts, names, station, ask, close }: {
  readonly parts: readonly Stop[]; readonly names: ReadonlyMap<string, string>; readonly station: string; readonly ask: (asked: Asked) => void; readonly close: () => void;
}) {
  const { t } = useTranslation();
  const { time } = useFormats();
  return (
    <section className="panel stop-result" aria-label={t("stops.result")} role="status" data-testid="stop-result">
      <ul>{parts.map((stop) => (
        <li key={stop.id} data-reason={stop.reason}>
          {names.get(stop.station) ?? stop.station}, {time.clock(Date.parse(stop.from))}: <strong>{reasonText(stop.reason, stop.reasonName, t)}</strong>{" "}
          {stop.category === "uncoded" ? t("stops.resultWaits") : stop.station === station ? t("stops.resultHere")
            : <Link to="/oee/$id" params={{ id: stop.station }} search={{ at: stop.from, reason: stop.reason }} className="link">{t("stops.resultElsewhere", { station: names.get(stop.station) ?? stop.station })}</Link>}{" "}
          {stop.by !== null && <Button variant="default" size="compact-xs" onClick={() => ask({ stop, verb: "undo" })}>{t("stops.undo")}…</Button>}
        </li>))}</ul>
      <Button variant="default" size="compact-xs" onClick={close}>{t("stops.resultClose")}</Button>
    </section>
  );
}
