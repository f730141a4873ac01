import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { oeeQuery } from "../../lib/api/queries";
import type { Severity } from "../../lib/plant/exceptions";
import { groupOf } from "../../lib/plant/packml";
import { type TreeNode, descendants } from "../../lib/plant/tree";
import { useLiveView, usePlantNow } from "../../lib/stream/hooks";
import { duration } from "../../lib/time/format";
import { Known } from "../../lib/view/Known";
import { Mark } from "../../lib/view/Mark";
import { OeeBar } from "../../lib/view/OeeBar";
import { StateText } from "../../lib/view/StateText";
import { useFormats } from "../../lib/view/formats";
import { pace, vehiclesIn } from "./figures";
import "./Area.css";

type Severities = ReadonlyMap<string, Severity>;

/** An area of a whole plant: its lines with their figures, and one cell for every unit, which has colour only where something is abnormal. */
export function Area({ node, severity }: { readonly node: TreeNode; readonly severity: Severities }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const worst = severity.get(node.twin.id);
  return (
    <section className="panel plant-area" aria-label={node.twin.name} data-testid={`tile-${node.twin.id}`} data-severity={worst ?? "none"}>
      <header>
        <h2><Link to="/twins/$id" params={{ id: node.twin.id }} className="link">{node.twin.name}</Link></h2>
        {worst && <Mark severity={worst} label={t(`severity.${worst}`)} />}
        <span className="aside small"><span className="quiet">{t("overview.wip")}</span> <Known twin={node.twin} from="vehicle"><strong data-testid={`wip-${node.twin.id}`}>{number.whole(vehiclesIn(node))}</strong></Known></span>
      </header>
      {[...descendants(node)].filter((below) => below.twin.kind === "line").map((line) => <AreaLine key={line.twin.id} node={line} severity={severity} />)}
    </section>
  );
}

function AreaLine({ node, severity }: { readonly node: TreeNode; readonly severity: Severities }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const { twin, children } = node;
  const worst = severity.get(twin.id);
  return (
    <div className="area-line" data-testid={`tile-${twin.id}`} data-severity={worst ?? "none"}>
      <div className="area-line-head">
        <h3><Link to="/twins/$id" params={{ id: twin.id }} className="link strong">{twin.name}</Link></h3>
        {worst && <Mark severity={worst} label={t(`severity.${worst}`)} />}
        {twin.state !== null && <Known twin={twin} from="state"><StateText state={twin.state} /></Known>}
        <span className="push" />
        <OeeBar id={twin.id} />
        <Pace id={twin.id} />
        <span className="small"><span className="quiet">{t("overview.wip")}</span> <Known twin={twin} from="vehicle"><strong>{number.whole(vehiclesIn(node))}</strong></Known></span>
        <Link to="/oee/$id" params={{ id: twin.id }} className="link small" aria-label={`${t("overview.losses")}: ${twin.name}`}>{t("overview.losses")}</Link>
      </div>
      <ul className="units">{children.map((child) => <li key={child.twin.id}><Unit node={child} worst={severity.get(child.twin.id)} /></li>)}</ul>
    </div>
  );
}

/** Items of the running shift an hour of planned time, of as many as the plan has. */
function Pace({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const losses = useQuery(oeeQuery(id)).data;
  const known = losses && pace(losses);
  return <span className="small pace" title={t("overview.paceWhy")}><span className="quiet">{t("overview.pace")}</span> {known ? <><strong>{number.fixed(known.produced, 1)}</strong><span className="quiet">/{number.fixed(known.planned, 1)}</span></> : "–"}</span>;
}

/** Hatched by what is not heard of it or its machines, not by its worst exception: a breakdown must not hide that nobody hears of it any more. */
function Unit({ node, worst }: { readonly node: TreeNode; readonly worst: Severity | undefined }) {
  const { t } = useTranslation();
  const { twin } = node;
  const now = usePlantNow(1000);
  const silent = useLiveView((view) => [...descendants(node)].some((below) => { const health = view.health.get(below.twin.id); return health !== undefined && health.stale + health.bad > 0; }));
  const since = twin.stateSince === null || now === null ? "" : duration(now - Date.parse(twin.stateSince));
  return (
    <Link className={`unit ${silent ? "hatched" : ""}`} to="/twins/$id" params={{ id: twin.id }} data-testid={`tile-${twin.id}`} data-severity={worst ?? "none"} data-state={twin.state ?? ""} data-group={groupOf(twin.state)}
      title={[twin.name, twin.state ?? t("view.unknown"), twin.currentVehicle].filter(Boolean).join(" · ")}>
      <span className="unit-name">{twin.name}</span>
      <span className="unit-marks">{worst && <Mark severity={worst} label={t(`severity.${worst}`)} />}{silent && worst !== "stale" && <Mark severity="stale" label={t("severity.stale")} />}</span>
      <span className="unit-state">{twin.state ?? "–"}</span>
      <span className="unit-since num">{since}</span>
    </Link>
  );
}
