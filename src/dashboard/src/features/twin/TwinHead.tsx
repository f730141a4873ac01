import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Twin } from "../../lib/api/types";
import { useLiveView, usePlantNow } from "../../lib/stream/hooks";
import { duration } from "../../lib/time/format";
import { Known } from "../../lib/view/Known";
import { Mark } from "../../lib/view/Mark";
import { StateText } from "../../lib/view/StateText";
import { flagText } from "../../lib/view/flags";
import { useFormats } from "../../lib/view/formats";
import { workOrderId } from "./workOrder";

export function TwinHead({ twin }: { readonly twin: Twin }) {
  const { t } = useTranslation();
  const { time, number } = useFormats();
  const now = usePlantNow(1000);
  const twins = useLiveView((view) => view.twins);
  const health = useLiveView((view) => view.health.get(twin.id));
  const since = twin.stateSince === null ? null : Date.parse(twin.stateSince);
  const above = ancestors(twin, twins);
  const order = twin.currentVehicle === null || twin.currentVehicle === "" ? null : workOrderId([...above, twin], twin.currentVehicle);
  return (
    <section className="panel twin-head" aria-label={twin.name}>
      <title>{`${twin.name} – DigitalTwin`}</title>
      <div className="twin-name">
        <p className="quiet small crumbs">{above.map((each) => <span key={each.id}>{each.kind === "plant" ? <Link to="/" className="link">{each.name}</Link> : <Link to="/twins/$id" params={{ id: each.id }} className="link">{each.name}</Link>} › </span>)}</p>
        <h1>{twin.name}</h1>
        <p className="quiet small">{twin.id}</p>
      </div>
      {twin.state !== null && (
        <dl className="fact state"><dt>{t("twin.state")}</dt><dd><Known twin={twin} from="state"><StateText state={twin.state} testId="twin-state" /></Known></dd>
          <dd className="quiet small">{since !== null && <Known twin={twin} from="state">{t("twin.since")} {time.clock(since)}{now !== null && ` · ${duration(now - since)}`}</Known>}</dd></dl>
      )}
      {twin.mode !== null && <Fact twin={twin} from="mode" label={t("twin.mode")} value={twin.mode} />}
      {twin.fault !== null && <Fact twin={twin} from="fault" label={t("twin.fault")} value={twin.fault === 0 ? "–" : String(twin.fault)} abnormal={twin.fault !== 0} />}
      {(twin.kind === "station" || twin.currentVehicle) && (
        <dl className="fact"><dt>{t("twin.vehicle")}</dt><dd><Known twin={twin} from="vehicle">{order ? <Link className="link" to="/twins/$id" params={{ id: order }} data-testid="work-order-link">{twin.currentVehicle}</Link> : twin.currentVehicle || "–"}</Known></dd></dl>
      )}
      {twin.counts && countNames.map((name) => <Fact key={name} twin={twin} from={name} label={t(`counts.${name}`)} value={number.whole(twin.counts?.[name] ?? 0)} />)}
      <div className="twin-aside">
        {twin.flags.map((flag) => <span key={flag} className="flag" data-testid="flag"><Mark severity="p3" label={t("severity.p3")} /> {flagText(flag, t)}</span>)}
        {health && health.stale + health.bad > 0 && <span className="flag"><Mark severity="stale" label={t("severity.stale")} /> {health.stale > 0 ? t("reason.signalsStale", { n: health.stale, of: health.signals }) : t("reason.signalsBad", { n: health.bad, of: health.signals })}</span>}
        {(twin.kind === "station" || twin.kind === "line") && <Link className="link" to="/oee/$id" params={{ id: twin.id }}>{t("twin.losses")}</Link>}
        {twin.kind !== "machine" && twin.kind !== "workOrder" && <Link className="link" to="/values" search={{ scope: twin.id }}>{t("twin.values")}</Link>}
        <span className="quiet small">{t("twin.offset")} {number.whole(twin.offset)}</span>
      </div>
    </section>
  );
}

const countNames = ["produced", "good", "scrap"] as const;

const Fact = ({ twin, from, label, value, abnormal = false }: { readonly twin: Twin; readonly from: string; readonly label: string; readonly value: string; readonly abnormal?: boolean }) =>
  <dl className="fact"><dt>{label}</dt><dd data-abnormal={abnormal} data-testid={`fact-${from}`}><Known twin={twin} from={from}>{abnormal && <Mark severity="p1" />} {value}</Known></dd></dl>;

function ancestors(twin: Twin, twins: ReadonlyMap<string, Twin>): readonly Twin[] {
  const above: Twin[] = [];
  for (let parent = twin.parent; parent !== null;) {
    const next = twins.get(parent);
    if (next === undefined) break;
    above.unshift(next);
    parent = next.parent;
  }
  return above;
}
