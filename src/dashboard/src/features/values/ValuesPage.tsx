import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { memo, useDeferredValue, useLayoutEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { signalsQuery } from "../../lib/api/queries";
import type { Signal } from "../../lib/api/types";
import { useLive, useLiveView } from "../../lib/stream/hooks";
import type { ValueView } from "../../lib/stream/live";
import { Loaded } from "../../lib/view/Loaded";
import { useFormats } from "../../lib/view/formats";
import { type Group, grouped, textOf } from "./cell";
import "./Values.css";

/** Every live value of a place at once, a small cell each: what is stale or bad stands out, and a word finds it. */
export function ValuesPage() {
  const { t } = useTranslation();
  const { scope, filter = "" } = useSearch({ from: "/values" });
  const navigate = useNavigate({ from: "/values" });
  const plant = useLiveView((view) => [...view.twins.values()].find((twin) => twin.kind === "plant")?.id);
  const name = useLiveView((view) => view.twins.get(scope ?? "")?.name);
  const id = scope ?? plant ?? "";
  const query = useQuery({ ...signalsQuery(id), enabled: id !== "" });
  const wanted = useDeferredValue(filter);
  const groups = useMemo(() => grouped(query.data?.values() ?? [], wanted), [query.data, wanted]);
  const shown = groups.reduce((sum, group) => sum + group.signals.length, 0);
  return (
    <div className="page values-page">
      <title>{`${t("values.title")} – DigitalTwin`}</title>
      <div className="values-head">
        <h1>{t("values.title")}{name && <>: <Link to="/twins/$id" params={{ id }} className="link">{name}</Link></>}</h1>
        <TextInput size="xs" w={260} value={filter} placeholder={t("values.filter")} aria-label={t("values.filter")} onChange={(event) => void navigate({ search: (before) => ({ ...before, filter: event.target.value === "" ? undefined : event.target.value }), replace: true })} />
        <span className="quiet small" role="status" data-testid="values-shown">{t("values.shown", { n: shown })}</span>
        <span className="quiet small">{t("values.marks")}</span>
      </div>
      <Loaded query={query} what={t("values.title")} rows={12}>{() => <div className="values">{groups.map((group) => <Owner key={group.owner} group={group} />)}</div>}</Loaded>
    </div>
  );
}

const Owner = memo(function Owner({ group: { owner, signals } }: { readonly group: Group }) {
  return (
    <section aria-label={owner}>
      <h2><Link to="/twins/$id" params={{ id: owner }} className="link">{owner}</Link></h2>
      <ul>{signals.map((signal) => <Cell key={signal.id} signal={signal} />)}</ul>
    </section>
  );
});

/** Writes its text itself: a thousand cells that change several times a second are a thousand components that would be rendered anew for one text each. */
const Cell = memo(function Cell({ signal }: { readonly signal: Signal }) {
  const live = useLive();
  const { number } = useFormats();
  const cell = useRef<HTMLLIElement>(null);
  const shown = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    let before: ValueView | null = null;
    const text = shown.current?.appendChild(document.createTextNode(""));
    const show = () => {
      const value = live.value(signal.id);
      if (before !== null && value.v === before.v && value.q === before.q) return;   // only its age has grown
      if (text) text.data = textOf(signal.name, value, signal, number);
      if (value.q !== before?.q && cell.current) cell.current.dataset.quality = value.q;
      before = value;
    };
    show();
    const unsubscribe = live.subscribeValue(signal.id, show);
    return () => { unsubscribe(); text?.remove(); };
  }, [live, signal, number]);
  return <li ref={cell} data-testid={`live-${signal.id}`} title={signal.id}><span>{signal.name}</span><b ref={shown} />{signal.unit !== null && <small>{signal.unit}</small>}</li>;
});
