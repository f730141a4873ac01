import { SegmentedControl, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { actorsQuery } from "../../lib/api/queries";
import type { Actor } from "../../lib/api/types";
import { age } from "../../lib/time/format";
import { Loaded } from "../../lib/view/Loaded";
import { Mark } from "../../lib/view/Mark";
import { useFormats } from "../../lib/view/formats";
import type { EngineSearch } from "../../lib/view/search";
import { actorRows } from "./actorRows";

/** More rows than anybody reads; the filter finds the rest. */
const most = 200;

export function Actors() {
  const { t } = useTranslation();
  const { number } = useFormats();
  const { actors: filter = "", order = "name" } = useSearch({ from: "/engine" });
  const navigate = useNavigate({ from: "/engine" });
  const show = (change: EngineSearch) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const query = useQuery(actorsQuery);
  return (
    <section className="panel" aria-labelledby="actors-title">
      <header className="actors-head">
        <h2 id="actors-title">{t("engine.actors")}</h2>
        <TextInput size="xs" w={240} value={filter} onChange={(event) => show({ actors: event.currentTarget.value || undefined })} placeholder={t("engine.filter")} aria-label={t("engine.filter")} />
        <SegmentedControl size="xs" value={order} aria-label={t("engine.order")} onChange={(next) => show({ order: next === "name" ? undefined : next })}
          data={[{ value: "name", label: t("gateways.name") }, { value: "mailbox", label: t("engine.mailbox") }, { value: "restarts", label: t("engine.restarts") }]} />
        {query.data && <span className="quiet small aside">{t("engine.inMemory", { n: number.whole(query.data.actors.length) })}</span>}
      </header>
      <Loaded query={query} what={t("engine.actors")} rows={10}>{({ actors }) => <Rows actors={actorRows(actors, filter, order)} at={query.dataUpdatedAt} />}</Loaded>
    </section>
  );
}

function Rows({ actors, at }: { readonly actors: readonly Actor[]; readonly at: number }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  if (actors.length === 0) return <p className="calm quiet">{t("engine.noActors")}</p>;
  return (
    <>
      <table className="grid">
        <thead><tr>
          <th scope="col">{t("engine.entity")}</th><th scope="col">{t("engine.kind")}</th><th scope="col">{t("engine.shard")}</th><th scope="col">{t("twin.state")}</th><th scope="col" className="num">{t("engine.mailbox")}</th>
          <th scope="col" className="num">{t("engine.processed")}</th><th scope="col" className="num">{t("engine.restarts")}</th><th scope="col" className="num">{t("engine.lastMessage")}</th>
        </tr></thead>
        <tbody>{actors.slice(0, most).map((actor) => (
          <tr key={actor.id} data-testid="actor" data-id={actor.id} data-state={actor.state}>
            <th scope="row" className="wrap">{actor.id}</th><td>{actor.kind}</td><td>{actor.shard}</td>
            <td className="wrap">{actor.state !== "running" && <Mark severity={actor.state === "stopped" ? "p1" : "p2"} label={t(actor.state === "stopped" ? "severity.p1" : "severity.p2")} />} {t(`engine.actorState.${actor.state}`)}{actor.why && <span>: {actor.why}</span>}</td>
            <td className="num">{number.whole(actor.mailbox)}</td><td className="num">{number.whole(actor.processed)}</td><td className="num">{number.whole(actor.restarts)}</td>
            <td className="num">{age(Math.max(0, (at - Date.parse(actor.lastMessage)) / 1000))}</td>
          </tr>))}</tbody>
      </table>
      {actors.length > most && <p className="calm quiet small">{t("engine.moreActors", { n: number.whole(actors.length - most) })}</p>}
    </>
  );
}
