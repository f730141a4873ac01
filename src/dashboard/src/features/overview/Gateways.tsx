import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { plantQuery } from "../../lib/api/queries";
import { isConnected } from "../../lib/plant/exceptions";
import { Loaded } from "../../lib/view/Loaded";
import { Mark } from "../../lib/view/Mark";
import { useFormats } from "../../lib/view/formats";

/** Where the values come from: every gateway with what it holds back, every endpoint with its state. */
export function Gateways() {
  const { t } = useTranslation();
  const { number, time } = useFormats();
  const query = useQuery(plantQuery);
  return (
    <section className="panel" aria-labelledby="gateways-title">
      <header><h2 id="gateways-title">{t("gateways.title")}</h2><Link to="/connections" className="link aside">{t("nav.connections")}</Link></header>
      <Loaded query={query} what={t("gateways.title")}>{(plant) => plant.gateways.length === 0 ? <p className="calm quiet">{t("gateways.none")}</p> : (
        <table className="grid">
          <thead><tr><th>{t("gateways.name")}</th><th>{t("gateways.state")}</th><th className="num">{t("gateways.since")}</th><th className="num">{t("gateways.buffered")}</th><th className="num">{t("gateways.dropped")}</th></tr></thead>
          <tbody>{plant.gateways.flatMap((gateway) => [
            <tr key={gateway.name}>
              <th scope="row" className="strong">{gateway.name}</th>
              <td>{!gateway.connected && <Mark severity="p1" />} {t(gateway.connected ? "gateways.connected" : "gateways.away")}</td>
              <td className="num">{gateway.since === null ? "–" : time.clock(Date.parse(gateway.since))}</td>
              <td className="num">{number.whole(gateway.buffered)}</td>
              <td className="num">{gateway.dropped > 0 && <Mark severity="p2" label={t("severity.p2")} />} {number.whole(gateway.dropped)}</td>
            </tr>,
            ...gateway.endpoints.map((endpoint) => (
              <tr key={`${gateway.name}/${endpoint.name}`}>
                <th scope="row" className="endpoint">{endpoint.name}</th>
                <td colSpan={4}>{!isConnected(endpoint.state) && <Mark severity="p1" />} {t(`endpoint.${endpoint.state}`, endpoint.state)}{endpoint.detail && <span className="quiet"> · {endpoint.detail}</span>}</td>
              </tr>
            )),
          ])}</tbody>
        </table>
      )}</Loaded>
    </section>
  );
}
