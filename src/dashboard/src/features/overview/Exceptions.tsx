import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type PlantException, severities } from "../../lib/plant/exceptions";
import { usePlantNow } from "../../lib/stream/hooks";
import { duration } from "../../lib/time/format";
import { Mark } from "../../lib/view/Mark";
import { flagText } from "../../lib/view/flags";
import { useFormats } from "../../lib/view/formats";

export function Exceptions({ found, machines }: { readonly found: readonly PlantException[]; readonly machines: number }) {
  const { t } = useTranslation();
  return (
    <section className="panel exceptions" aria-labelledby="exceptions-title" data-testid="exceptions">
      <header>
        <h2 id="exceptions-title">{t("exceptions.title")}</h2>
        <span className="tally aside">
          {severities.map((severity) => {
            const count = found.filter((each) => each.severity === severity).length;
            return <span key={severity} data-none={count === 0} title={t(`severity.${severity}`)}><Mark severity={severity} label={t(`severity.${severity}`)} /> {count}</span>;
          })}
        </span>
      </header>
      {found.length === 0
        ? <p className="calm quiet">{t("exceptions.none", { machines })}</p>
        : <ul tabIndex={0} aria-labelledby="exceptions-title">{found.map((each) => <li key={each.key}><Exception exception={each} /></li>)}</ul>}
    </section>
  );
}

function Exception({ exception }: { readonly exception: PlantException }) {
  const { t } = useTranslation();
  const { time } = useFormats();
  const now = usePlantNow(1000);
  const { severity, reason, twin, subject, since, detail, count } = exception;
  const lasted = since === null || now === null ? null : duration(now - since);
  const body = (
    <>
      <Mark severity={severity} label={t(`severity.${severity}`)} />
      <span className="strong subject">{subject}</span>
      <span className="why">
        {t(`reason.${reason}`, { detail: reason === "flagged" || reason === "flaggedMany" ? flagText(detail ?? "", t) : detail, ...count })}
        {twin?.fault != null && twin.fault !== 0 && reason === "aborted" && <span className="quiet"> · {t("twin.fault")} {twin.fault}</span>}
      </span>
      <span className="quiet path">{twin?.id}</span>
      <span className="num quiet">{since !== null && time.clock(since)}</span>
      <span className="num lasted">{lasted}</span>
    </>
  );
  return twin ? <Link className="exception" to="/twins/$id" params={{ id: twin.id }} data-testid="exception" data-severity={severity} data-reason={reason}>{body}</Link>
    : <span className="exception" data-testid="exception" data-severity={severity} data-reason={reason}>{body}</span>;
}
