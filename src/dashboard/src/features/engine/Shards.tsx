import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { post } from "../../lib/api/client";
import { projectionsQuery, shardsQuery } from "../../lib/api/queries";
import type { Projection, Rebuild } from "../../lib/api/types";
import { Loaded } from "../../lib/view/Loaded";
import { Mark } from "../../lib/view/Mark";
import { useFormats } from "../../lib/view/formats";
import { Asked } from "./Asked";

/** Which process may write to which line, and for how long it may without asking anew. */
export function Shards() {
  const { t } = useTranslation();
  const { number } = useFormats();
  const query = useQuery(shardsQuery);
  return (
    <section className="panel" aria-labelledby="shards-title">
      <header><h2 id="shards-title">{t("engine.shards")}</h2></header>
      <Loaded query={query} what={t("engine.shards")}>{(shards) => shards.length === 0 ? <p className="calm quiet">{t("engine.noShards")}</p> : (
        <table className="grid">
          <thead><tr><th scope="col">{t("engine.shard")}</th><th scope="col">{t("engine.owner")}</th><th scope="col" className="num">{t("engine.epoch")}</th><th scope="col" className="num">{t("engine.expires")}</th></tr></thead>
          <tbody>{shards.map((shard) => (
            <tr key={shard.shard} data-testid={`shard-${shard.shard}`}>
              <th scope="row" className="wrap">{shard.shard}</th>
              <td className="wrap">{shard.mine ? t("engine.mine", { owner: shard.owner }) : shard.owner}</td>
              <td className="num">{number.whole(shard.epoch)}</td>
              <td className="num">{shard.expiresInSeconds > 0 ? `${number.fixed(shard.expiresInSeconds, 1)} s` : <><Mark severity="p2" label={t("severity.p2")} /> {t("engine.expired")}</>}</td>
            </tr>))}</tbody>
        </table>
      )}</Loaded>
    </section>
  );
}

/** Read models: how far each is behind the journal, which it can be made anew from at any time. */
export function Projections() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { number } = useFormats();
  const query = useQuery(projectionsQuery);
  const rebuild = async (projection: Projection) => {
    await post(`/projections/${encodeURIComponent(projection.name)}/rebuild`);
    await client.invalidateQueries({ queryKey: projectionsQuery.queryKey });
    return t("engine.rebuildStarted");
  };
  return (
    <section className="panel" aria-labelledby="projections-title">
      <header><h2 id="projections-title">{t("engine.projections")}</h2></header>
      <Loaded query={query} what={t("engine.projections")}>{(projections) => (
        <table className="grid">
          <thead><tr><th scope="col">{t("engine.projection")}</th><th scope="col">{t("twin.state")}</th><th scope="col" className="num">{t("events.offset")}</th><th scope="col" className="num">{t("engine.behind")}</th><th scope="col"><span className="visually-hidden">{t("engine.rebuild")}</span></th></tr></thead>
          <tbody>{projections.map((projection) => (
            <tr key={projection.name} data-testid={`projection-${projection.name}`} data-state={projection.state}>
              <th scope="row">{projection.name} <small className="quiet">v{projection.version}</small></th>
              <td className="wrap">{projection.state === "behind" && <Mark severity="p2" label={t("severity.p2")} />} {t(`engine.projectionState.${projection.state}`)}{projection.rebuilt && <Outcome of={projection.rebuilt} />}</td>
              <td className="num">{number.whole(projection.offset)}</td>
              <td className="num">{projection.behindEvents === 0 ? "–" : t("engine.behindBy", { n: number.whole(projection.behindEvents), seconds: number.fixed(projection.behindSeconds, 1) })}</td>
              <td className="num"><Asked verb={t("engine.rebuild")} question={t("engine.rebuildAsk")} disabled={projection.state === "rebuilding"} act={() => rebuild(projection)} /></td>
            </tr>))}</tbody>
        </table>
      )}</Loaded>
    </section>
  );
}

/** What came of the last rebuild: that a read model had been wrong is as abnormal as that it could not be made anew. */
function Outcome({ of: { state, offset, target, seconds, differed, differences, why } }: { readonly of: Rebuild }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const abnormal = state === "failed" || differed === true;
  const told = state === "done" ? (differed ? "differed" : "same") : state;
  return (
    <div className={abnormal ? "small" : "quiet small"} role="status" data-testid="rebuilt">
      {abnormal && <Mark severity="p2" label={t("severity.p2")} />} {t(`engine.rebuilt.${told}`, { offset: number.whole(offset), target: number.whole(target), seconds: number.fixed(seconds, 1) })}{why && `: ${why}`}
      {differences.map((difference) => <div key={difference}>{difference}</div>)}
    </div>
  );
}
