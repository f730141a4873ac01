import { useQuery } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { history, signalsQuery } from "../api/queries";
import { useLive, useLiveView } from "../stream/hooks";
import { Loaded } from "../view/Loaded";
import { type Window, windows } from "../view/search";
import { Series } from "./series";
import { SignalChart } from "./SignalChart";
import "uplot/dist/uPlot.min.css";
import "./SignalCharts.css";

/**
 * One small chart per signal, since units differ; one time axis and one cursor for all. History from the API, then the live tail.
 * @param owner the twin whose signals they are
 * @param until a moment of the past, at which the charts end and stand still; null: now
 */
export function SignalCharts({ owner, ids, window, until = null }: { readonly owner: string; readonly ids: readonly string[]; readonly window: Window; readonly until?: number | null }) {
  const { t } = useTranslation();
  const live = useLive();
  const told = useLiveView((view) => view.clock !== null);
  const length = windows[window];
  const all = ids.join(",");
  const definitions = useQuery(signalsQuery(owner)).data;
  const series = useMemo(() => new Map(all.split(",").map((id) => [id, new Series()])), [all, window, until]);   // eslint-disable-line react-hooks/exhaustive-deps -- another window is another history
  const query = useQuery({
    queryKey: ["history", all, window, until],
    queryFn: ({ signal }) => {
      const now = until ?? live.plantNow();
      if (now === null) throw new Error("Asked before the plant told the time.");
      return history(ids, now - length, now, 600, signal);
    },
    enabled: told,
    staleTime: 0,
    gcTime: 0,
  });
  useLayoutEffect(() => { for (const each of query.data?.series ?? []) series.get(each.id)?.load(each); }, [query.data, series]);   // before the charts draw: one of the past does so only once
  useEffect(() => until !== null ? undefined : live.subscribeTags((tags) => {
    tags.ids.forEach((id, i) => {
      const v = tags.v[i];
      series.get(id)?.push(tags.t[i] ?? 0, typeof v === "number" ? v : typeof v === "boolean" ? Number(v) : null, tags.q[i] ?? "bad");
    });
  }), [live, series, until]);
  return (
    <Loaded query={query} what={t("twin.history")} rows={8}>
      {() => <div className="charts">{ids.map((id, i) => <SignalChart key={id} id={id} series={series.get(id) ?? new Series()} length={length} window={window} until={until} definition={definitions?.get(id)} axis={i === ids.length - 1} />)}</div>}
    </Loaded>
  );
}
