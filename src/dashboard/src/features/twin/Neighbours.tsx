import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { TreeNode } from "../../lib/plant/tree";
import { usePlantNow } from "../../lib/stream/hooks";
import { duration } from "../../lib/time/format";
import { Known } from "../../lib/view/Known";
import { Mark } from "../../lib/view/Mark";
import { StateText } from "../../lib/view/StateText";
import { usePlantExceptions } from "../../lib/view/plantView";
import { neighbours } from "./around";

/** What stands around a twin, now, or as it was: at a moment of the past nothing is marked, since nobody judged it then. */
export function Neighbours({ tree, id, at }: { readonly tree: readonly TreeNode[]; readonly id: string; readonly at: number | null }) {
  const { t } = useTranslation();
  const { severity } = usePlantExceptions();
  const now = usePlantNow(1000);
  const found = neighbours(tree, id);
  if (found.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="neighbours-title" data-testid="neighbours">
      <header><h2 id="neighbours-title">{t("twin.neighbours")}</h2></header>
      <ul className="parts">{found.map(({ relation, twin }) => {
        const worst = at === null ? severity.get(twin.id) : undefined;
        const lasted = twin.stateSince === null || (at ?? now) === null ? null : duration((at ?? now ?? 0) - Date.parse(twin.stateSince));
        return (
          <li key={twin.id}><Link to={twin.kind === "plant" ? "/" : "/twins/$id"} params={{ id: twin.id }} search={at === null ? {} : { at: new Date(at).toISOString() }} data-testid={`tile-${twin.id}`} data-severity={worst ?? "none"} data-state={twin.state ?? ""}>
            <span><span className="quiet small">{t(`twin.relation.${relation}`)}</span> {twin.name}</span>{worst && <Mark severity={worst} label={t(`severity.${worst}`)} />}
            {twin.state !== null && (at === null ? <Known twin={twin} from="state"><StateText state={twin.state} /></Known> : <StateText state={twin.state} />)}
            <span className="quiet num small">{lasted !== null && (at === null ? <Known twin={twin} from="state">{lasted}</Known> : lasted)}</span>
          </Link></li>);
      })}</ul>
    </section>
  );
}
