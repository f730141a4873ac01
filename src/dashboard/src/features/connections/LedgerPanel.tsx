import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ledgerQuery } from "../../lib/api/queries";
import type { LedgerLine } from "../../lib/api/types";
import { descendants, isWithin } from "../../lib/plant/tree";
import { Loaded } from "../../lib/view/Loaded";
import { Mark } from "../../lib/view/Mark";
import { useFormats } from "../../lib/view/formats";
import { usePlantTree } from "../../lib/view/plantView";
import { type Account, account, byPlace } from "./ledger";

/** Whether every sample that was due is stored, and why not: by line, and of one line signal by signal. */
export function LedgerPanel() {
  const { t } = useTranslation();
  const { number } = useFormats();
  const query = useQuery(ledgerQuery);
  const { scope } = useSearch({ from: "/connections" });
  const navigate = useNavigate({ from: "/connections" });
  const places = usePlantTree().flatMap((root) => [...descendants(root)]).filter(({ twin }) => twin.kind === "line");
  const names = new Map(places.map(({ twin }) => [twin.id, twin.name]));
  const choose = (id: string) => void navigate({ search: { scope: id === scope ? undefined : id }, replace: true });
  return (
    <section className="panel" aria-labelledby="ledger-title" data-testid="ledger">
      <header><h2 id="ledger-title">{t("ledger.title")}</h2><span className="quiet small">{t("ledger.rule")}</span></header>
      <Loaded query={query} what={t("ledger.title")} rows={6}>{({ items, unattributed }) => {
        const whole = account("", items);
        return (
          <>
            <p className="calm" data-testid="ledger-verdict" data-missing={whole.missing} data-surplus={whole.surplus}>{whole.missing + whole.surplus > 0 && <Mark severity="p1" label={t("severity.p1")} />} {
              whole.expected === 0 ? t("ledger.nothing") : whole.missing + whole.surplus === 0 ? t("ledger.explained", { stored: number.whole(whole.stored), expected: number.whole(whole.expected) })
                : t("ledger.unexplainedSum", { missing: number.whole(whole.missing), surplus: number.whole(whole.surplus) })}
              {unattributed > 0 && <> {t("ledger.unattributed", { n: number.whole(unattributed) })}</>}</p>
            <Accounts accounts={byPlace(items, places.map(({ twin }) => twin.id))} first={t("ledger.place")} name={(each) => each.id === ""
              ? t("ledger.elsewhere") : <button type="button" className="plain link" aria-expanded={each.id === scope} onClick={() => choose(each.id)}>{names.get(each.id) ?? each.id}</button>} />
            {scope !== undefined && <div className="ledger-signals" tabIndex={0} role="group" aria-label={t("ledger.signalsOf", { name: names.get(scope) ?? scope })}>
              <Accounts accounts={worstFirst(items.filter((line) => isWithin(line.signal, scope)))} first={t("ledger.signal")} name={(each) => each.id} /></div>}
          </>);
      }}</Loaded>
    </section>
  );
}

/** What cannot be explained stands first, then what is lost. */
const worstFirst = (lines: readonly LedgerLine[]): readonly Account[] =>
  lines.map((line) => account(line.signal, [line])).sort((a, b) => (b.missing + b.surplus) - (a.missing + a.surplus) || (b.expected - b.stored) - (a.expected - a.stored) || a.id.localeCompare(b.id));

function Accounts({ accounts, first, name }: { readonly accounts: readonly Account[]; readonly first: string; readonly name: (account: Account) => React.ReactNode }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  return (
    <table className="grid connections">
      <thead><tr><th scope="col">{first}</th>{(["expected", "sampled", "sent", "stored"] as const).map((key) => <th key={key} scope="col" className="num">{t(`ledger.${key}`)}</th>)}<th scope="col">{t("ledger.lost")}</th><th scope="col" className="num">{t("ledger.unexplained")}</th></tr></thead>
      <tbody>{accounts.map((each) => (
        <tr key={each.id} data-testid="ledger-line" data-id={each.id}>
          <th scope="row">{name(each)}</th>
          {(["expected", "sampled", "sent", "stored"] as const).map((key) => <td key={key} className="num">{number.whole(each[key])}</td>)}
          <td className="wrap">{each.eased && <span className="ledger-reason" data-testid="ledger-eased" title={t("ledger.easedSays")}>{t(each.eased.lasts ? "ledger.easedNow" : "ledger.easedBefore", { n: number.whole(each.eased.signals), seconds: number.fixed(each.eased.samplingSeconds, 1) })}</span>}{each.lost.length === 0 ? (each.eased ? "" : "–") : each.lost.map(({ reason, count, says }) => <span key={reason} className="ledger-reason" title={says}>{t(`gapReason.${reason}`, reason)} <strong>{number.whole(count)}</strong></span>)}</td>
          <td className="num">{each.missing + each.surplus > 0 && <Mark severity="p1" label={t("severity.p1")} />} <span className={each.missing + each.surplus > 0 ? "strong" : ""}>{each.surplus > 0 ? `+${number.whole(each.missing)} / −${number.whole(each.surplus)}` : number.whole(each.missing)}</span></td>
        </tr>))}</tbody>
    </table>
  );
}
