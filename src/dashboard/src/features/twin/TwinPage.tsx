import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { twinQuery } from "../../lib/api/queries";
import type { Twin } from "../../lib/api/types";
import { find } from "../../lib/plant/tree";
import { useLiveView, usePlantNow } from "../../lib/stream/hooks";
import { Loaded } from "../../lib/view/Loaded";
import { usePlantTree } from "../../lib/view/plantView";
import { type TwinSearch, type TwinTab, type Window, windows } from "../../lib/view/search";
import { AnnotatedTimeline } from "./AnnotatedTimeline";
import { Events } from "./Events";
import { Neighbours } from "./Neighbours";
import { PastTwin } from "./PastTwin";
import { Signals } from "./Signals";
import { TimeTravel } from "./TimeTravel";
import { TwinHead } from "./TwinHead";
import { WindowChoice } from "./WindowChoice";
import "./Twin.css";

/** L3: one twin, what it reports beside what is wanted of it, now and over time. */
export function TwinPage() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/twins/$id" });
  const { at, window = "15m" } = useSearch({ from: "/twins/$id" });
  const navigate = useNavigate({ from: "/twins/$id" });
  const moment = at === undefined ? null : Date.parse(at);
  const live = useLiveView((view) => view.twins.get(id));
  const fetched = useQuery({ ...twinQuery(id), enabled: live === undefined, refetchInterval: 2_000 });   // work orders are not on the stream's list
  return (
    <div className="page">
      <TimeTravel key={id} at={moment} go={(to) => void navigate({ search: (before) => ({ ...before, at: to === null ? undefined : new Date(to).toISOString() }) })} />
      {moment !== null ? <PastTwin key={`past ${id}`} id={id} at={moment} window={window} /> : <>
      {!(live ?? fetched.data) && <h1 className="visually-hidden">{id}</h1>}
      <Loaded query={{ ...fetched, data: live ?? fetched.data, error: live ? null : fetched.error }} what={t("twin.twin")} rows={8}>{(twin) => <TwinView key={twin.id} twin={twin} />}</Loaded></>}
    </div>
  );
}

function TwinView({ twin }: { readonly twin: Twin }) {
  const { t } = useTranslation();
  const search = useSearch({ from: "/twins/$id" });
  const navigate = useNavigate({ from: "/twins/$id" });
  const tree = usePlantTree();
  const node = find(tree, twin.id);
  const hasSignals = Object.keys(twin.reported).length > 0;
  const tab: TwinTab = search.tab ?? (hasSignals || node?.children.length ? "signals" : "events");
  const window: Window = search.window ?? "15m";
  const show = (change: TwinSearch) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <>
      <TwinHead twin={twin} />
      {(twin.kind === "machine" || twin.kind === "station") && <Timeline twin={twin} window={window} choose={(next) => show({ window: next })} pick={(time) => void navigate({ search: (before) => ({ ...before, at: new Date(time).toISOString() }) })} />}
      <Tabs value={tab} onChange={(next) => show({ tab: next === "events" ? "events" : "signals" })} keepMounted={false} color="dark">
        <Tabs.List><Tabs.Tab value="signals">{t("twin.signals")}</Tabs.Tab><Tabs.Tab value="events">{t("twin.events")}</Tabs.Tab></Tabs.List>
        <Tabs.Panel value="signals" pt={10}>
          <div className="stack">
            {hasSignals ? <Signals twin={twin} window={window} chosen={search.signals} choose={(signals) => show({ signals })} />
              : <p className="panel calm quiet">{t("twin.noSignals")}</p>}
            <Neighbours tree={tree} id={twin.id} at={null} />
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="events" pt={10}>
          <Events id={twin.id} filter={search.event ?? ""} setFilter={(event) => show({ event: event === "" ? undefined : event })} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function Timeline({ twin, window, choose, pick }: { readonly twin: Twin; readonly window: Window; readonly choose: (window: Window) => void; readonly pick: (time: number) => void }) {
  const { t } = useTranslation();
  const now = usePlantNow();
  const length = windows[window];
  return (
    <section className="panel" aria-labelledby="timeline-title">
      <header className="timeline-head">
        <h2 id="timeline-title">{t("twin.timeline")}</h2><span className="quiet small">{t("travel.pick")}</span>
        <WindowChoice window={window} choose={choose} />
      </header>
      {now !== null && <AnnotatedTimeline twin={twin} from={now - length} to={now} fetchFrom={(Math.floor(now / length) - 1) * length} until={null} pick={pick} />}
    </section>
  );
}
