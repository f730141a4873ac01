import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { history } from "../api/queries";
import { useLive, useLiveView } from "../stream/hooks";
import { Loaded } from "../view/Loaded";
import { type Window, windows } from "../view/search";
import { Series } from "./series";
import { SignalChart } from "./SignalChart";
import "uplot/dist/uPlot.min.css";
import "./SignalCharts.css";

/** One small chart per signal, since units differ; one time axis and one cursor for all. History from the API, then the live tail. */
export function SignalCharts({ ids, window }: { readonly ids: readonly string[]; readonly window: Window }) {
  const { t } = useTranslation();
  const live = useLive();
  const told = useLiveView((view) => view.clock !== null);
  const length = windows[window];
  const all = ids.join(",");
  const series = useMemo(() => new Map(all.split(",").map((id) => [id, new Series()])), [all, window]);   // eslint-disable-line react-hooks/exhaustive-deps -- another window is another history
  const query = useQuery({
    queryKey: ["history", all, window],
    queryFn: ({ signal }) => {
      const now = live.plantNow();
      if (now === null) throw new Error("Asked before the plant told the time.");
      return history(ids, now - length, now, 600, signal);
    },
    enabled: told,
    staleTime: 0,
    gcTime: 0,
  });
  useEffect(() => { for (const each of query.data?.series ?? []) series.get(each.id)?.load(each); }, [query.data, series]);
  useEffect(() => live.subscribeTags((tags) => {
    tags.ids.forEach((id, i) => {
      const v = tags.v[i];
      series.get(id)?.push(tags.t[i] ?? 0, typeof v === "number" ? v : typeof v === "boolean" ? Number(v) : null, tags.q[i] ?? "bad");
    });
  }), [live, series]);
  return (
    <Loaded query={query} what={t("twin.history")} rows={8}>
      {() => <div className="charts">{ids.map((id, i) => <SignalChart key={id} id={id} series={series.get(id) ?? new Series()} length={length} window={window} axis={i === ids.length - 1} />)}</div>}
    </Loaded>
  );
}
