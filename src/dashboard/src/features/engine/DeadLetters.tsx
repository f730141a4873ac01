import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../../lib/api/client";
import { deadLettersQuery } from "../../lib/api/queries";
import type { DeadLetter, ReplayResult } from "../../lib/api/types";
import { Loaded } from "../../lib/view/Loaded";
import { Mark } from "../../lib/view/Mark";
import { useFormats } from "../../lib/view/formats";
import { Asked } from "./Asked";

/** Messages that nobody has handled, each with its reason; sent again once the reason is gone. */
export function DeadLetters() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const query = useQuery(deadLettersQuery);
  const [told, setTold] = useState<ReplayResult | null>(null);
  const replay = async (letter: DeadLetter) => {
    const result = await post<ReplayResult>(`/dead-letters/${encodeURIComponent(letter.id)}/replay`);
    setTold(result);   // the row of a letter that was taken is gone with the next answer
    await client.invalidateQueries({ queryKey: deadLettersQuery.queryKey });
    return t(`engine.outcome.${result.outcome}`);
  };
  return (
    <section className="panel" aria-labelledby="letters-title">
      <header>
        <h2 id="letters-title">{t("engine.deadLetters")}</h2>
        {told && <span role="status" data-testid="replayed">{t("engine.replayed", { id: told.id })} {t(`engine.outcome.${told.outcome}`)}{told.reason ? `: ${told.reason}` : ""}</span>}
      </header>
      <Loaded query={query} what={t("engine.deadLetters")}>{({ items, next, unread }) => items.length === 0 && unread.length === 0 ? <p className="calm quiet">{t("engine.noDeadLetters")}</p> : (
        <>
          {unread.map((why) => <p key={why} className="calm" data-testid="unread"><Mark severity="p3" label={t("severity.p3")} /> {why}</p>)}
          {items.length > 0 && <table className="grid letters">
            <thead><tr><th scope="col">{t("events.at")}</th><th scope="col">{t("engine.entity")}</th><th scope="col">{t("engine.command")}</th><th scope="col">{t("engine.reason")}</th><th scope="col"><span className="visually-hidden">{t("engine.replay")}</span></th></tr></thead>
            <tbody>{items.map((letter) => <Letter key={letter.id} letter={letter} replay={() => replay(letter)} />)}</tbody>
          </table>}
          {next !== null && <p className="calm quiet small">{t("engine.moreDeadLetters", { n: items.length })}</p>}
        </>
      )}</Loaded>
    </section>
  );
}

function Letter({ letter, replay }: { readonly letter: DeadLetter; readonly replay: () => Promise<string> }) {
  const { t } = useTranslation();
  const { time } = useFormats();
  return (
    <tr data-testid="dead-letter" data-id={letter.id}>
      <td className="time">{time.dateTime(Date.parse(letter.at))}</td>
      <th scope="row" className="wrap">{letter.entity} <small className="quiet">{letter.kind}</small></th>
      <td className="wrap">{letter.command} <code>{typeof letter.payload === "string" ? letter.payload : JSON.stringify(letter.payload)}</code></td>
      <td className="wrap"><Mark severity="p3" label={t("severity.p3")} /> {letter.reason}</td>
      <td className="num">{letter.replayable ? <Asked verb={t("engine.replay")} question={t("engine.replayAsk")} act={replay} /> : <span className="quiet small">{t("engine.notReplayable")}</span>}</td>
    </tr>
  );
}
