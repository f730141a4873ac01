import { Link, useMatchRoute, useParams } from "@tanstack/react-router";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Severity } from "../lib/plant/exceptions";
import { type TreeNode, isWithin } from "../lib/plant/tree";
import { Mark } from "../lib/view/Mark";
import { usePlantExceptions } from "../lib/view/plantView";

/** The plant by ISA-95, down to its machines; a mark where something at or below is abnormal. */
export function PlantNav() {
  const { t } = useTranslation();
  const { tree, severity } = usePlantExceptions();
  const { id = "" } = useParams({ strict: false });
  const matches = useMatchRoute();
  return (
    <nav className="nav" aria-label={t("nav.title")} onKeyDown={moveFocus}>
      <h2>{t("nav.title")}</h2>
      <ul>{tree.map((node) => <Node key={node.twin.id} node={node} depth={0} current={id} severity={severity} />)}</ul>
      <h2>{t("nav.system")}</h2>
      <ul>{([["/find", "nav.find"], ["/values", "nav.values"], ["/connections", "nav.connections"], ["/engine", "nav.engine"]] as const).map(([to, label]) => {
        const current = matches({ to }) !== false;
        return <li key={to}><div className="node" data-current={current}><span className="leaf" /><Link to={to} {...(current ? { "aria-current": "page" as const } : {})}><span>{t(label)}</span></Link></div></li>;
      })}</ul>
    </nav>
  );
}

function Node({ node, depth, current, severity }: { readonly node: TreeNode; readonly depth: number; readonly current: string; readonly severity: ReadonlyMap<string, Severity> }) {
  const { t } = useTranslation();
  const { twin, children } = node;
  const [chosen, setChosen] = useState<boolean | null>(null);
  const open = chosen ?? (twin.kind !== "station" || isWithin(current, twin.id));
  const overview = useMatchRoute()({ to: "/" }) !== false;
  const worst = severity.get(twin.id);
  const isCurrent = depth === 0 && overview ? true : twin.id === current;
  return (
    <li>
      <div className="node" data-current={isCurrent} style={{ paddingLeft: 6 + depth * 12 }}>
        {children.length > 0
          ? <button type="button" aria-expanded={open} aria-label={t(open ? "nav.close" : "nav.open", { name: twin.name })} onClick={() => setChosen(!open)}>{open ? "▾" : "▸"}</button>
          : <span className="leaf" />}
        <Link {...(twin.kind === "plant" ? { to: "/" as const } : { to: "/twins/$id" as const, params: { id: twin.id } })} {...(isCurrent ? { "aria-current": "page" as const } : {})}>
          <span>{twin.name}</span>
          {worst && <Mark severity={worst} label={t(`severity.${worst}`)} />}
        </Link>
      </div>
      {open && children.length > 0 && <ul>{children.map((child) => <Node key={child.twin.id} node={child} depth={depth + 1} current={current} severity={severity} />)}</ul>}
    </li>
  );
}

/** Arrow keys walk the visible links and open or close what they stand on. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>("a")];
  const at = links.indexOf(document.activeElement as HTMLAnchorElement);
  if (at < 0) return;
  const toggle = links[at]?.parentElement?.querySelector("button");
  const isOpen = toggle?.getAttribute("aria-expanded") === "true";
  switch (event.key) {
    case "ArrowDown": links[at + 1]?.focus(); break;
    case "ArrowUp": links[at - 1]?.focus(); break;
    case "ArrowRight": if (toggle && !isOpen) toggle.click(); else links[at + 1]?.focus(); break;
    case "ArrowLeft": if (toggle && isOpen) toggle.click(); else links[at - 1]?.focus(); break;
    case "Home": links[0]?.focus(); break;
    case "End": links.at(-1)?.focus(); break;
    default: return;
  }
  event.preventDefault();
}
