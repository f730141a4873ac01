import { useQuery } from "@tanstack/react-query";
import { useCallback, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { connectionsQuery } from "../../lib/api/queries";
import type { Certificate, Connections, Easing, EndpointLink, Expiry, GatewayLink } from "../../lib/api/types";
import { age } from "../../lib/time/format";
import { Loaded } from "../../lib/view/Loaded";
import { Mark } from "../../lib/view/Mark";
import { useFormats } from "../../lib/view/formats";
import { type Judged, answerGoodFor, judgeEndpoint, judgeExpiry, judgeGateway } from "./judge";
import { LedgerPanel } from "./LedgerPanel";
import "./Connections.css";

/** The way of the values from the plant's servers to this page, hop by hop: which is broken, late or about to be. */
export function ConnectionsPage() {
  const { t } = useTranslation();
  const query = useQuery(connectionsQuery);
  const answerAge = useAgeOf(query.dataUpdatedAt);
  return (
    <div className="page">
      <title>{`${t("nav.connections")} – DigitalTwin`}</title>
      <h1 className="connections-title">{t("nav.connections")}</h1>
      <Loaded query={query} what={t("nav.connections")} rows={8}>{(connections) => <Hops connections={connections} answerAge={answerAge} />}</Loaded>
    </div>
  );
}

/** Wall seconds since a moment of this computer's clock, moving on. */
function useAgeOf(epochMs: number): number {
  const tick = useCallback((listener: () => void) => {
    const timer = setInterval(listener, 1000);
    return () => clearInterval(timer);
  }, []);
  return useSyncExternalStore(tick, () => Math.max(0, Math.floor((Date.now() - epochMs) / 1000)));
}

function Hops({ connections: { gateways, endpoints, certificates }, answerAge }: { readonly connections: Connections; readonly answerAge: number }) {
  const { t } = useTranslation();
  const judged = new Map(gateways.map((gateway) => [gateway.name, judgeGateway(gateway, answerAge)]));
  return (
    <>
      {answerAge > answerGoodFor && <p className="panel connections-old" role="status" data-testid="connections-old"><Mark severity="stale" /> {t("connections.old", { age: age(answerAge) })}</p>}
      <section className="panel" aria-labelledby="servers-title">
        <header><h2 id="servers-title">{t("connections.servers")}</h2></header>
        <table className="grid connections">
          <thead><tr>
            <th scope="col">{t("connections.endpoint")}</th><th scope="col">{t("gateways.state")}</th><th scope="col">{t("connections.policy")}</th><th scope="col" className="num">{t("connections.fresh")}</th>
            <th scope="col" className="num">{t("connections.valueAge")}</th><th scope="col" className="num">{t("connections.lag")}</th><th scope="col" className="num">{t("connections.serverCertificate")}</th><th scope="col" className="num">{t("connections.gatewayCertificate")}</th><th scope="col">{t("connections.toldBy")}</th>
          </tr></thead>
          <tbody>{endpoints.map((endpoint) => <Endpoint key={endpoint.name} endpoint={endpoint} judged={judgeEndpoint(endpoint, judged.get(endpoint.gateway ?? ""))} answerAge={answerAge} />)}</tbody>
        </table>
      </section>
      <section className="panel" aria-labelledby="links-title">
        <header><h2 id="links-title">{t("connections.links")}</h2></header>
        {gateways.length === 0 ? <p className="calm quiet">{t("gateways.none")}</p> : (
          <table className="grid connections">
            <thead><tr>
              <th scope="col">{t("gateways.name")}</th><th scope="col">{t("gateways.state")}</th><th scope="col" className="num">{t("connections.since")}</th><th scope="col" className="num">{t("connections.tickAge")}</th>
              <th scope="col" className="num">{t("gateways.buffered")}</th><th scope="col">{t("connections.eased")}</th><th scope="col" className="num">{t("gateways.dropped")}</th>
            </tr></thead>
            <tbody>{gateways.map((gateway) => <Gateway key={gateway.name} gateway={gateway} judged={judgeGateway(gateway, answerAge)} answerAge={answerAge} />)}</tbody>
          </table>
        )}
      </section>
      <Certificates certificates={certificates} />
      <LedgerPanel />
    </>
  );
}

function Endpoint({ endpoint, judged, answerAge }: { readonly endpoint: EndpointLink; readonly judged: Judged; readonly answerAge: number }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const { signals, valueAge, lag } = endpoint;
  const silent = signals.stale + signals.bad;
  return (
    <tr data-testid={`endpoint-${endpoint.name}`} data-severity={judged.severity ?? "none"}>
      <th scope="row" className="strong">{endpoint.name}</th>
      <td className="wrap"><State judged={judged} before={endpoint.state} />{endpoint.detail && <span className="quiet"> · {endpoint.detail}</span>}</td>
      <td>{endpoint.securityPolicy} <span className="quiet small">SignAndEncrypt</span></td>
      <td className="num">{silent > 0 && <Mark severity="stale" label={t("severity.stale")} />} {t("connections.freshOf", { fresh: number.whole(signals.fresh), signals: number.whole(signals.signals) })}</td>
      <td className="num">{valueAge === null ? "–" : age(valueAge + answerAge)}</td>
      <td className="num">{lag === null ? "–" : `${number.fixed(lag, 2)} s`}</td>
      <td className="num"><Expires at={endpoint.serverCertificate} /></td>
      <td className="num"><Expires at={endpoint.gatewayCertificate} /></td>
      <td>{endpoint.gateway ?? "–"}</td>
    </tr>
  );
}

function Gateway({ gateway, judged, answerAge }: { readonly gateway: GatewayLink; readonly judged: Judged; readonly answerAge: number }) {
  const { t } = useTranslation();
  const { number, time } = useFormats();
  const since = Date.parse(gateway.since);
  const { dropped: all, droppedDiagnostic, droppedTelemetry } = gateway;
  const dropped = ([["diagnostic", droppedDiagnostic], ["telemetry", droppedTelemetry], ["state", all - droppedDiagnostic - droppedTelemetry]] as const)
    .filter(([, samples]) => samples > 0).map(([name, samples]) => `${number.whole(samples)} ${t(`connections.class.${name}`)}`);
  return (
    <tr data-testid={`gateway-${gateway.name}`} data-severity={judged.severity ?? "none"}>
      <th scope="row" className="strong">{gateway.name}</th>
      <td><State judged={judged} before={gateway.connected ? "connected" : "away"} /></td>
      <td className="num">{time.date(since)} {time.clock(since)}</td>
      <td className="num">{gateway.tickAge === null ? "–" : age(gateway.tickAge + answerAge)}</td>
      <td className="num">
        {gateway.behind !== null && <><Mark severity="p3" label={t("severity.p3")} /> <span className="strong">{t("connections.behind", { age: age(gateway.behind) })}{gateway.levelIn !== null && <>, {t("connections.levelIn", { age: age(gateway.levelIn) })}</>}</span> · </>}
        {number.whole(gateway.buffered)}
      </td>
      <td className="wrap" data-testid={`eased-${gateway.name}`}><Eased easing={gateway.easing} /></td>
      <td className="num wrap">{gateway.dropped > 0 && <Mark severity="p2" label={t("severity.p2")} />} {number.whole(gateway.dropped)}{dropped.length > 0 && <span className="quiet"> · {dropped.join(", ")}</span>}</td>
    </tr>
  );
}

/** Why data are coarser now than the plant definition says, and since when; state signals never are. */
function Eased({ easing: { level, since, why, telemetrySeconds, diagnosticSeconds } }: { readonly easing: Easing }) {
  const { t } = useTranslation();
  const { number, time } = useFormats();
  const eased = ([["diagnostic", diagnosticSeconds], ["telemetry", telemetrySeconds]] as const).filter(([, seconds]) => seconds > 0);
  if (level === 0 && eased.length === 0) return <>–</>;
  return (
    <>
      <Mark severity="p3" label={t("severity.p3")} /> <span className="strong">{eased.length === 0 ? t("connections.easedAsked") : eased.map(([name, seconds]) => t("connections.easedTo", { name: t(`connections.class.${name}`), seconds: number.fixed(seconds, 1) })).join(", ")}</span>
      {since !== null && <span className="quiet"> · {t("connections.easedSince", { time: time.clock(Date.parse(since)) })}{why !== null && <>: {why}</>}</span>}
    </>
  );
}

/** @param before what was told last, shown beside a state that nobody knows now */
function State({ judged: { word, severity }, before }: { readonly judged: Judged; readonly before: string | null }) {
  const { t } = useTranslation();
  const text = (state: string) => t(`connections.state.${state}`, state);
  if (severity === "stale") return <span className="hatched connections-unknown"><span><Mark severity="stale" /> <strong>{text(word)}</strong>{before !== null && <> · {t("connections.last", { state: text(before) })}</>}</span></span>;
  return <>{severity && <><Mark severity={severity} label={t(`severity.${severity}`)} /> </>}<span className={severity ? "strong" : ""}>{text(word)}</span></>;
}

/** Days that a certificate has left, marked in time to renew it. */
function Expires({ at }: { readonly at: Expiry | null }) {
  const { t } = useTranslation();
  const { number, time } = useFormats();
  if (at === null) return <>–</>;
  const severity = judgeExpiry(at.daysLeft);
  return <span title={time.date(Date.parse(at.notAfter))}>{severity && <Mark severity={severity} label={t(`severity.${severity}`)} />} <span className={severity ? "strong" : ""}>{at.daysLeft < 0 ? t("connections.over") : number.whole(Math.floor(at.daysLeft))}</span></span>;
}

function Certificates({ certificates }: { readonly certificates: readonly Certificate[] }) {
  const { t } = useTranslation();
  const { time } = useFormats();
  return (
    <section className="panel" aria-labelledby="certificates-title">
      <header><h2 id="certificates-title">{t("connections.certificates")}</h2><span className="quiet small">{t("connections.renewal")}</span></header>
      <table className="grid connections">
        <thead><tr><th scope="col">{t("connections.certificate")}</th><th scope="col">{t("connections.subject")}</th><th scope="col" className="num">{t("connections.until")}</th><th scope="col" className="num">{t("connections.daysLeft")}</th></tr></thead>
        <tbody>{certificates.map(({ name, subject, notAfter, daysLeft }) => {
          const severity = judgeExpiry(daysLeft);
          return (
            <tr key={name} data-testid={`certificate-${name}`} data-severity={severity ?? "none"}>
              <th scope="row">{t(`connections.of.${name}`, name)}</th><td className="quiet">{subject}</td><td className="num">{time.date(Date.parse(notAfter))}</td>
              <td className="num"><Expires at={{ notAfter, daysLeft }} /></td>
            </tr>);
        })}</tbody>
      </table>
    </section>
  );
}
