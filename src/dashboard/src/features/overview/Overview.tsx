import { useTranslation } from "react-i18next";
import { usePlantExceptions } from "../../lib/view/plantView";
import { Area } from "./Area";
import { Exceptions } from "./Exceptions";
import { Gateways } from "./Gateways";
import { Line } from "./Line";
import type { TreeNode } from "../../lib/plant/tree";
import { descendants } from "../../lib/plant/tree";
import "./Overview.css";

/** L1: what is wrong first, then the plant in grey: one line with its machines and its last hour, several as a grid of units by area, all in one view. */
export function Overview() {
  const { t } = useTranslation();
  const { tree, found, severity } = usePlantExceptions();
  const nodes = tree.flatMap((root) => [...descendants(root)]);
  const areas = nodes.filter((node) => node.twin.kind === "area");
  const inArea = new Set(areas.flatMap((area) => [...descendants(area)].map((node) => node.twin.id)));
  const loose = nodes.filter((node) => node.twin.kind === "line" && !inArea.has(node.twin.id));
  const several = nodes.filter((node) => node.twin.kind === "line").length > 1;
  const lines = (from: readonly TreeNode[]) => from.filter((node) => node.twin.kind === "line").map((node) => <Line key={node.twin.id} node={node} severity={severity} />);
  return (
    <div className="page">
      <title>{`${t("overview.title")} – DigitalTwin`}</title>
      <h1 className="visually-hidden">{t("overview.title")}</h1>
      <div className="overview-top">
        <Exceptions found={found} machines={nodes.filter((node) => node.twin.kind === "machine").length} />
        <Gateways />
      </div>
      {several && <div className="areas">{areas.map((area) => <Area key={area.twin.id} node={area} severity={severity} />)}</div>}
      {!several && areas.map((area) => (
        <section key={area.twin.id} className="area" aria-label={area.twin.name} data-testid={`tile-${area.twin.id}`}>
          {lines([...descendants(area)])}
        </section>
      ))}
      {lines(loose)}
      {nodes.length === 0 && <p className="panel empty">{t("overview.noTwins")}</p>}
    </div>
  );
}
