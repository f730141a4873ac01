import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { plantQuery } from "../../lib/api/queries";
import type { Twin } from "../../lib/api/types";
import { StateTimeline } from "../../lib/chart/StateTimeline";
import type { Severity } from "../../lib/plant/exceptions";
import { groupOf } from "../../lib/plant/packml";
import type { TreeNode } from "../../lib/plant/tree";
import { useLiveView, usePlantNow } from "../../lib/stream/hooks";
import { duration } from "../../lib/time/format";
import { Known } from "../../lib/view/Known";
import { Mark } from "../../lib/view/Mark";
import { OeeBar } from "../../lib/view/OeeBar";
import { StateText } from "../../lib/view/StateText";
import { useFormats } from "../../lib/view/formats";

type Severities = ReadonlyMap<string, Severity>;

export function Line({ node, severity }: { readonly node: TreeNode; readonly severity: Severities }) {
  const { t } = useTranslation();
  const { twin, children } = node;
  const constraint = useQuery(plantQuery).data?.lines.find((line) => line.id === twin.id)?.constraintStation;
  const worst = severity.get(twin.id);
  return (
    <section className="panel line" aria-label={twin.name} data-testid={`tile-${twin.id}`} data-severity={worst ?? "none"}>
      <header>
        <h2><Link to="/twins/$id" params={{ id: twin.id }} className="link">{twin.name}</Link></h2>
        {worst && <Mark severity={worst} label={t(`severity.${worst}`)} />}
        {twin.state !== null && <Known twin={twin} from="state"><StateText state={twin.state} /></Known>}
        <OeeBar id={twin.id} wide />
        <CountsText twin={twin} />
        <Link to="/oee/$id" params={{ id: twin.id }} className="link aside">{t("overview.losses")}</Link>
      </header>
      <div className="stations">
        {children.map((child) => <Station key={child.twin.id} node={child} severity={severity} constraint={isStation(constraint, child.twin.id)} />)}
      </div>
      <LastHour node={node} />
    </section>
  );
}

const shownMs = 3_600_000;

/** Where the line stood still, and which station stood first: the last hour of plant time on one axis. */
function LastHour({ node }: { readonly node: TreeNode }) {
  const { t } = useTranslation();
  const now = usePlantNow(1000);
  if (now === null || node.children.length === 0) return null;
  return (
    <div className="last-hour">
      <StateTimeline rows={node.children.map(({ twin }) => ({ id: twin.id, name: twin.name }))} from={now - shownMs} to={now} fetchFrom={(Math.floor(now / shownMs) - 1) * shownMs} until={null} label={t("timeline.aria", { names: node.twin.name })} />
    </div>
  );
}

const isStation = (constraint: string | null | undefined, id: string) => constraint != null && (constraint === id || id.endsWith(`.${constraint}`));

function Station({ node, severity, constraint }: { readonly node: TreeNode; readonly severity: Severities; readonly constraint: boolean }) {
  const { t } = useTranslation();
  const { twin, children } = node;
  const worst = severity.get(twin.id);
  const now = usePlantNow(1000);
  const since = twin.stateSince === null || now === null ? null : duration(now - Date.parse(twin.stateSince));
  return (
    <article className="tile" data-testid={`tile-${twin.id}`} data-severity={worst ?? "none"} data-state={twin.state ?? ""}>
      <div className="tile-head">
        <Link className="cover strong" to="/twins/$id" params={{ id: twin.id }}>{twin.name}</Link>
        {constraint && <span className="chip" title={t("overview.constraintWhy")}>{t("overview.constraint")}</span>}
        {worst && <Mark severity={worst} label={t(`severity.${worst}`)} />}
      </div>
      <div className="tile-state"><Known twin={twin} from="state"><StateText state={twin.state} /></Known><span className="quiet num">{since !== null && <Known twin={twin} from="state">{since}</Known>}</span></div>
      <OeeBar id={twin.id} />
      <CountsText twin={twin} />
      <div className="tile-vehicle small"><span className="quiet">{t("twin.vehicle")}</span> <Known twin={twin} from="vehicle">{twin.currentVehicle ?? "–"}</Known></div>
      <ul className="machines">
        {children.map((child) => <li key={child.twin.id}><Machine twin={child.twin} severity={severity.get(child.twin.id)} /></li>)}
      </ul>
    </article>
  );
}

/** Hatched by its own signals, not by its worst exception: a breakdown must not hide that nobody hears of the machine any more. */
function Machine({ twin, severity }: { readonly twin: Twin; readonly severity: Severity | undefined }) {
  const { t } = useTranslation();
  const health = useLiveView((view) => view.health.get(twin.id));
  const stale = health !== undefined && health.stale + health.bad > 0;
  return (
    <Link className={`machine ${stale ? "hatched" : ""}`} to="/twins/$id" params={{ id: twin.id }} data-testid={`tile-${twin.id}`} data-severity={severity ?? "none"}
      data-state={twin.state ?? ""} data-group={groupOf(twin.state)} title={`${twin.name}: ${twin.state ?? t("view.unknown")}`}>
      <span className="machine-name">{twin.name.replace(/\s*\d+$/, "")}</span>
      {severity && <Mark severity={severity} label={t(`severity.${severity}`)} />}
      {stale && severity !== "stale" && <Mark severity="stale" label={t("severity.stale")} />}
      <span className="machine-state">{twin.state ?? "–"}</span>
    </Link>
  );
}

function CountsText({ twin }: { readonly twin: Twin }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const counts = twin.counts;
  return (
    <dl className="counts">
      {(["produced", "good", "scrap"] as const).map((name) => (
        <div key={name}><dt>{t(`counts.${name}`)}</dt><dd>{counts ? <Known twin={twin} from={name}>{number.whole(counts[name])}</Known> : "–"}</dd></div>))}
    </dl>
  );
}
