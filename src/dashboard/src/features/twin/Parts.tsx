import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { TreeNode } from "../../lib/plant/tree";
import { usePlantNow } from "../../lib/stream/hooks";
import { duration } from "../../lib/time/format";
import { Known } from "../../lib/view/Known";
import { Mark } from "../../lib/view/Mark";
import { StateText } from "../../lib/view/StateText";
import { usePlantExceptions } from "../../lib/view/plantView";

/** What stands below a place, one level down. */
export function Parts({ nodes }: { readonly nodes: readonly TreeNode[] }) {
  const { t } = useTranslation();
  const { severity } = usePlantExceptions();
  const now = usePlantNow(1000);
  return (
    <section className="panel" aria-labelledby="parts-title">
      <header><h2 id="parts-title">{t("twin.parts")}</h2></header>
      <ul className="parts">{nodes.map(({ twin }) => {
        const worst = severity.get(twin.id);
        return (
          <li key={twin.id}><Link to="/twins/$id" params={{ id: twin.id }} data-testid={`tile-${twin.id}`} data-severity={worst ?? "none"} data-state={twin.state ?? ""}>
            <span>{twin.name}</span>{worst && <Mark severity={worst} label={t(`severity.${worst}`)} />}
            {twin.state !== null && <Known twin={twin} from="state"><StateText state={twin.state} /></Known>}
            <span className="quiet num small">{twin.stateSince !== null && now !== null && <Known twin={twin} from="state">{duration(now - Date.parse(twin.stateSince))}</Known>}</span>
          </Link></li>);
      })}</ul>
    </section>
  );
}
