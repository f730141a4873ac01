import { useTranslation } from "react-i18next";
import { Actors } from "./Actors";
import { DeadLetters } from "./DeadLetters";
import { Health, JournalFacts } from "./Journal";
import { Projections, Shards } from "./Shards";
import "./Engine.css";

/** What runs beneath the twins, for whoever keeps it running: first what is wrong, then how much of what. */
export function EnginePage() {
  const { t } = useTranslation();
  return (
    <div className="page">
      <title>{`${t("engine.title")} – DigitalTwin`}</title>
      <h1 className="engine-title">{t("engine.title")}</h1>
      <div className="engine-pair"><Health /><JournalFacts /></div>
      <div className="engine-pair"><Shards /><Projections /></div>
      <DeadLetters />
      <Actors />
    </div>
  );
}
