import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { stopsQuery } from "../../lib/api/queries";
import type { Stop } from "../../lib/api/types";
import { duration } from "../../lib/time/format";
import { Loaded } from "../../lib/view/Loaded";
import { Mark } from "../../lib/view/Mark";
import { useFormats } from "../../lib/view/formats";
import type { Asked } from "./StopDialog";
import { reasonText } from "../../lib/view/reasonText";

interface Window { readonly from: number; readonly to: number }

/** Stops that wait for somebody to say why: of the whole line, whichever of its stations the figures are of. */
export function Queue({ scope, window, names, ask }: { readonly scope: string; readonly window: Window; readonly names: ReadonlyMap<string, string>; readonly ask: (asked: Asked) => void }) {
  const { t } = useTranslation();
  const query = useQuery({ ...stopsQuery(scope, window.from, window.to, false), placeholderData: (before) => before });
  const waiting = query.data?.items.length ?? 0;
  return (
    <section className="panel" aria-labelledby="queue-title" data-testid="stop-queue" data-waiting={waiting}>
      <header><h2 id="queue-title">{t("stops.queue")}</h2>{waiting > 0 && <span className="aside"><Mark severity="p3" label={t("severity.p3")} /> <strong>{waiting}{query.data?.next && "+"}</strong></span>}</header>
      <Loaded query={query} what={t("stops.queue")}>{({ items }) => items.length === 0 ? <p className="calm quiet">{t("stops.queueEmpty")}</p>
        : <Table stops={items} names={names} actions={(stop) => <><Act stop={stop} verb="code" ask={ask} /><Act stop={stop} verb="split" ask={ask} /></>} />}</Loaded>
    </section>
  );
}

/** Stops of the station that is reckoned, narrowed to a step of the waterfall or a reason. */
export function StopList({ station, window, step, reason, names, ask, aside }: {
  readonly station: string; readonly window: Window; readonly step: string | undefined; readonly reason: string | undefined;
  readonly names: ReadonlyMap<string, string>; readonly ask: (asked: Asked) => void; readonly aside: ReactNode;
}) {
  const { t } = useTranslation();
  const query = useQuery({ ...stopsQuery(station, window.from, window.to), placeholderData: (before) => before });
  return (
    <section className="panel" aria-labelledby="stops-title" data-testid="stop-list">
      <header><h2 id="stops-title">{t("stops.title")}</h2>{aside}</header>
      <Loaded query={query} what={t("stops.title")} rows={6}>{({ items, next }) => {
        const shown = items.filter((stop) => (step === undefined || stop.category === step) && (reason === undefined || stop.reason === reason));
        return (
          <>
            {shown.length === 0 ? <p className="calm quiet">{t("stops.none")}</p> : <div className="stop-scroll" tabIndex={0} role="group" aria-label={t("stops.title")}>
              <Table stops={shown} names={names} actions={(stop) => (
                <>
                  <Act stop={stop} verb="code" ask={ask} as={stop.by === null ? "code" : "recode"} />
                  <Act stop={stop} verb="split" ask={ask} />
                  {stop.by !== null && <Act stop={stop} verb="undo" ask={ask} />}
                </>)} /></div>}
            {next && <p className="calm quiet small">{t("stops.more", { n: items.length })}</p>}
          </>);
      }}</Loaded>
    </section>
  );
}

function Table({ stops, names, actions }: { readonly stops: readonly Stop[]; readonly names: ReadonlyMap<string, string>; readonly actions: (stop: Stop) => ReactNode }) {
  const { t } = useTranslation();
  const { time } = useFormats();
  return (
    <table className="grid stops">
      <thead><tr>
        <th scope="col">{t("stops.from")}</th><th scope="col">{t("stops.station")}</th><th scope="col" className="num">{t("stops.length")}</th><th scope="col" className="num">{t("stops.lost")}</th>
        <th scope="col">{t("twin.state")}</th><th scope="col" className="num">{t("twin.fault")}</th><th scope="col">{t("stops.reason")}</th><th scope="col">{t("stops.note")}</th><th scope="col"><span className="visually-hidden">{t("stops.actions")}</span></th>
      </tr></thead>
      <tbody>{stops.map((stop) => {
        const at = Date.parse(stop.from);
        return (
          <tr key={stop.id} data-testid="stop" data-id={stop.id} data-reason={stop.reason}>
            <td className="nowrap"><Link to="/twins/$id" params={{ id: stop.station }} search={{ at: stop.from }} className="link" title={t("stops.look")}>{time.date(at)} {time.clock(at)}</Link></td>
            <td>{names.get(stop.station) ?? stop.station}</td>
            <td className="num">{duration(stop.seconds * 1000)}{stop.to === null && <span className="quiet"> {t("stops.soFar")}</span>}</td><td className="num quiet">{duration(stop.lostSeconds * 1000)}</td>
            <td>{stop.state}</td><td className="num">{stop.fault === 0 ? "–" : stop.fault}</td>
            <td>{stop.category === "uncoded" && <Mark severity="p3" label={t("severity.p3")} />} <span className={stop.category === "uncoded" ? "strong" : ""}>{reasonText(stop.reason, stop.reasonName, t)}</span>{stop.by !== null && <span className="quiet small"> · {stop.by}</span>}</td>
            <td className="wrap small">{stop.note}</td>
            <td className="stop-actions">{actions(stop)}</td>
          </tr>);
      })}</tbody>
    </table>
  );
}

function Act({ stop, verb, as = verb, ask }: { readonly stop: Stop; readonly verb: Asked["verb"]; readonly as?: string; readonly ask: (asked: Asked) => void }) {
  const { t } = useTranslation();
  const { time } = useFormats();
  return <Button variant="default" size="compact-xs" onClick={() => ask({ stop, verb })} aria-label={`${t(`stops.${as}`)}: ${stop.station} ${time.clock(Date.parse(stop.from))}`}>{t(`stops.${as}`)}…</Button>;
}
