import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { healthQuery, journalQuery } from "../../lib/api/queries";
import type { Journal } from "../../lib/api/types";
import { Loaded } from "../../lib/view/Loaded";
import { Mark } from "../../lib/view/Mark";
import { useFormats } from "../../lib/view/formats";
import { rate } from "./actorRows";

export function Health() {
  const { t } = useTranslation();
  const query = useQuery(healthQuery);
  return (
    <section className="panel" aria-labelledby="health-title">
      <header><h2 id="health-title">{t("engine.health")}</h2></header>
      <Loaded query={query} what={t("engine.health")}>{(checks) => (
        <ul className="checks">{checks.map((check) => (
          <li key={check.name} data-testid={`check-${check.name}`} data-ok={check.ok}>
            <span className="check-mark">{!check.ok && <Mark severity="p1" label={t("severity.p1")} />}</span>
            <strong>{t(`engine.check.${check.name}`, { defaultValue: check.name })}</strong>
            <span className={check.ok ? "quiet" : ""}>{check.ok ? t("engine.ok") : check.why}</span>
          </li>))}</ul>
      )}</Loaded>
    </section>
  );
}

export function JournalFacts() {
  const { t } = useTranslation();
  const query = useQuery(journalQuery);
  return (
    <section className="panel" aria-labelledby="journal-title">
      <header><h2 id="journal-title">{t("engine.journal")}</h2><span className="quiet small">{query.data?.store}</span></header>
      <Loaded query={query} what={t("engine.journal")}>{(journal) => <Facts journal={journal} at={query.dataUpdatedAt} />}</Loaded>
    </section>
  );
}

interface Looks { readonly before: { readonly events: number; readonly at: number } | null; readonly last: { readonly events: number; readonly at: number } }

function Facts({ journal, at }: { readonly journal: Journal; readonly at: number }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const [looks, setLooks] = useState<Looks>({ before: null, last: { events: journal.events, at } });
  if (at !== looks.last.at) setLooks({ before: looks.last, last: { events: journal.events, at } });
  const perSecond = rate(looks.before, looks.last.events, looks.last.at);
  const { commits } = journal;
  return (
    <>
      <div className="engine-facts">
        <Fact name="events" value={number.whole(journal.events)} />
        <Fact name="rate" value={perSecond === null ? "–" : number.value(perSecond)} />
        <Fact name="lag" value={number.whole(journal.lag)} abnormal={journal.lag > 1000} />
        <Fact name="entities" value={number.whole(journal.entities)} />
        <Fact name="commit" value={commits ? `${number.value(commits.lastMilliseconds)} ms` : "–"} />
        <Fact name="commitMost" value={commits ? `${number.value(commits.p50Milliseconds)} / ${number.value(commits.p99Milliseconds)} ms` : "–"} />
        <Fact name="batch" value={commits ? number.whole(commits.lastEntities) : "–"} />
      </div>
      <p className="engine-hash quiet small">{t("engine.head")} {number.whole(journal.headOffset)} · <code>{journal.headHash}</code></p>
    </>
  );
}

function Fact({ name, value, abnormal = false }: { readonly name: "events" | "rate" | "lag" | "entities" | "commit" | "commitMost" | "batch"; readonly value: string; readonly abnormal?: boolean }) {
  const { t } = useTranslation();
  return <dl><dt>{t(`engine.fact.${name}`)}</dt><dd data-testid={`journal-${name}`}>{abnormal && <Mark severity="p2" label={t("severity.p2")} />} {value}</dd></dl>;
}
