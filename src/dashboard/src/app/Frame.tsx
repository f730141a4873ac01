import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useMatch } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { plantQuery, twinsQuery } from "../lib/api/queries";
import type { Plant } from "../lib/api/types";
import { isConnected } from "../lib/plant/exceptions";
import { follow, useLive, useLiveView, usePlantNow, usePlantStands } from "../lib/stream/hooks";
import { Loaded } from "../lib/view/Loaded";
import { Mark } from "../lib/view/Mark";
import { useFormats } from "../lib/view/formats";
import { languages, speak } from "./language";
import { PlantNav } from "./PlantNav";
import { useRefetchAfterSnapshot } from "./refetch";
import "./Frame.css";

/** What stands around every page: which plant, what time it is there, how much of it is known, and the way to everything else. */
export function Frame() {
  const { t } = useTranslation();
  const live = useLive();
  const plant = useQuery(plantQuery);
  const twins = useQuery(twinsQuery);
  const plantId = plant.data?.id;
  useEffect(() => (plantId === undefined ? undefined : follow(live, plantId)), [live, plantId]);
  useEffect(() => {
    if (plant.data && twins.data) live.seed(plant.data, plant.dataUpdatedAt, twins.data, twins.dataUpdatedAt);
  }, [live, plant.data, plant.dataUpdatedAt, twins.data, twins.dataUpdatedAt]);
  useRefetchAfterSnapshot();
  return (
    <div className="frame">
      <a className="skip" href="#main">{t("frame.skip")}</a>
      <Head plant={plant.data} />
      <LostBanner />
      <PlantNav />
      <main className="frame-main" id="main" tabIndex={-1}>
        {!(plant.data && twins.data) && <h1 className="visually-hidden">{t("nav.overview")}</h1>}
        <Loaded query={plant} what={t("frame.plant")}>{() => <Loaded query={twins} what={t("frame.twins")} rows={8}>{() => <Outlet />}</Loaded>}</Loaded>
      </main>
    </div>
  );
}

function Head({ plant }: { readonly plant: Plant | undefined }) {
  const { t, i18n } = useTranslation();
  return (
    <header className="head">
      <Link to="/" className="name">{plant?.name ?? "…"}</Link>
      <PlantClock />
      <Freshness />
      <StreamState />
      {plant && <Gateways plant={plant} />}
      <span className="spacer" />
      {plant?.shift && <ShiftText plant={plant} />}
      <div>
        <NativeSelect size="xs" aria-label={t("frame.language")} value={i18n.resolvedLanguage ?? "en"} data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
          onChange={(event) => speak(event.currentTarget.value)} />
      </div>
    </header>
  );
}

function PlantClock() {
  const { t } = useTranslation();
  const { time, number } = useFormats();
  const now = usePlantNow();
  const speed = useLiveView((view) => view.clock?.speed ?? null);
  const connection = useLiveView((view) => view.connection);
  const stands = usePlantStands();
  const word = connection === "open" ? (stands ? "stands" : "live") : connection === "lost" ? "lost" : "waiting";
  return (
    <div title={t(stands ? "frame.plantStands" : "frame.plantTime")}>
      <span className="live" data-testid="plant-live" data-lost={word !== "live"}>{t(`frame.${word}`)}</span>
      <time className="clock" data-testid="plant-clock" dateTime={now === null ? undefined : new Date(now).toISOString()}>{now === null ? "--:--:--" : time.clock(now)}</time>
      {speed !== null && <span className="label">{number.value(speed)}×</span>}
      {now !== null && <span className="label wide">{time.date(now)}</span>}
    </div>
  );
}

function Freshness() {
  const { t } = useTranslation();
  const { signals, fresh, stale, bad } = useLiveView((view) => view.freshness);
  const past = useMatch({ from: "/twins/$id", shouldThrow: false })?.search.at !== undefined;   // the page then shows another time than this figure
  const share = signals === 0 ? null : Math.floor((fresh / signals) * 100);   // 99.9 % is not "all"
  return (
    <div data-testid="freshness" data-fresh={fresh} data-signals={signals} title={t("frame.freshnessDetail", { fresh, stale, bad, signals })}>
      {share !== null && share < 100 && <Mark severity="stale" />}
      <span className="label">{t(past ? "frame.dataNow" : "frame.data")}</span><strong>{share === null ? "–" : `${share} %`}</strong><span className="label">{t("frame.fresh")}</span>
    </div>
  );
}

function StreamState() {
  const { t } = useTranslation();
  const connection = useLiveView((view) => view.connection);
  return (
    <div data-testid="stream-state" data-state={connection} role="status">
      {connection === "lost" && <Mark severity="stale" />}
      <span className="label">{t("frame.stream")}</span><span>{t(`stream.${connection}`)}</span>
    </div>
  );
}

function Gateways({ plant }: { readonly plant: Plant }) {
  const { t } = useTranslation();
  const away = plant.gateways.filter((gateway) => !gateway.connected || gateway.endpoints.some((endpoint) => !isConnected(endpoint.state)));
  return (
    <div className="gateways" data-testid="gateway-state">
      {away.length > 0 && <Mark severity="p1" />}
      <span className="label">{t("frame.gateways")}</span>
      <span>{plant.gateways.length === 0 ? t("frame.noGateway") : away.length === 0 ? t("frame.gatewaysUp", { n: plant.gateways.length }) : t("frame.gatewaysAway", { names: away.map((each) => each.name).join(", ") })}</span>
    </div>
  );
}

function ShiftText({ plant }: { readonly plant: Plant }) {
  const { t } = useTranslation();
  const { time } = useFormats();
  const shift = plant.shift;
  return shift && <div className="wide"><span className="label">{t("frame.shift")}</span><span>{shift.name} {time.minute(Date.parse(shift.from))}–{time.minute(Date.parse(shift.to))}</span></div>;
}

function LostBanner() {
  const { t, i18n } = useTranslation();
  const lost = useLiveView((view) => view.connection === "lost");
  const since = useLiveView((view) => view.connectionSince);
  if (!lost) return null;
  const time = new Intl.DateTimeFormat(i18n.resolvedLanguage, { timeStyle: "medium" }).format(since);
  return <div className="banner" role="alert" data-testid="stream-lost"><strong>{t("frame.streamLost")}</strong><span>{t("frame.streamLostDetail", { time })}</span></div>;
}
