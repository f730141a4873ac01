import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { findQuery } from "../../lib/api/queries";
import type { Twin } from "../../lib/api/types";
import { Loaded } from "../../lib/view/Loaded";
import { Mark } from "../../lib/view/Mark";
import { StateText } from "../../lib/view/StateText";
import { flagText } from "../../lib/view/flags";
import { useFormats } from "../../lib/view/formats";
import "./Find.css";

const examples = ["state = Aborted", "kind = machine and since < -10m and state != Execute", "kind = workOrder and flags ~ outOfOrder"];

/** Twins by a condition, the same that the command line takes. */
export function FindPage() {
  const { t } = useTranslation();
  const { where } = useSearch({ from: "/find" });
  const navigate = useNavigate({ from: "/find" });
  const [typed, setTyped] = useState(where ?? "");
  const [shown, setShown] = useState(where);
  if (where !== shown) {   // the browser went back or forward
    setShown(where);
    setTyped(where ?? "");
  }
  const find = (condition: string) => { setTyped(condition); void navigate({ search: { where: condition.trim() === "" ? undefined : condition.trim() } }); };
  return (
    <div className="page">
      <title>{`${t("find.title")} – DigitalTwin`}</title>
      <h1 className="find-title">{t("find.title")}</h1>
      <section className="panel" aria-label={t("find.condition")}>
        <form className="find" onSubmit={(event) => { event.preventDefault(); find(typed); }}>
          <TextInput className="find-where" size="xs" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} aria-label={t("find.condition")} placeholder="state = Aborted and line = line1" />
          <Button type="submit" variant="default" size="xs">{t("find.find")}</Button>
        </form>
        <p className="find-examples quiet small">{t("find.examples")} {examples.map((example) => <button key={example} type="button" className="link" onClick={() => find(example)}><code>{example}</code></button>)}</p>
      </section>
      {where !== undefined && <Found key={where} where={where} />}
    </div>
  );
}

function Found({ where }: { readonly where: string }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const query = useQuery(findQuery(where));
  return (
    <section className="panel" aria-labelledby="found-title">
      <header><h2 id="found-title" className="found-title"><code>{where}</code></h2>{query.data && <span className="quiet small aside">{t("find.asOf", { offset: number.whole(query.data.offset) })}</span>}</header>
      <Loaded query={query} what={t("frame.twins")} rows={6}>{({ items, next, behind }) => (
        <>
          {behind !== null && <p className="calm" role="status"><Mark severity="p2" label={t("severity.p2")} /> {t("find.behind", { n: number.whole(behind.events), seconds: number.fixed(behind.seconds, 1) })}</p>}
          {items.length === 0 ? <p className="calm quiet">{t("find.none")}</p> : <Rows twins={items} />}
          {next !== null && <p className="calm quiet small">{t("find.more", { n: number.whole(items.length) })}</p>}
        </>
      )}</Loaded>
    </section>
  );
}

function Rows({ twins }: { readonly twins: readonly Twin[] }) {
  const { t } = useTranslation();
  const { time } = useFormats();
  return (
    <table className="grid">
      <thead><tr><th scope="col">{t("gateways.name")}</th><th scope="col">{t("find.kind")}</th><th scope="col">{t("twin.state")}</th><th scope="col">{t("twin.since")}</th><th scope="col">{t("twin.vehicle")}</th><th scope="col">{t("find.flags")}</th></tr></thead>
      <tbody>{twins.map((twin) => (
        <tr key={twin.id} data-testid="found" data-id={twin.id}>
          <th scope="row" className="wrap"><Link className="link" to="/twins/$id" params={{ id: twin.id }}>{twin.name}</Link> <small className="quiet">{twin.id}</small></th>
          <td>{twin.kind}</td><td>{twin.state === null ? "–" : <StateText state={twin.state} />}</td>
          <td>{twin.stateSince === null ? "–" : time.dateTime(Date.parse(twin.stateSince))}</td><td>{twin.currentVehicle ?? "–"}</td><td>{twin.flags.map((flag) => flagText(flag, t)).join(", ")}</td>
        </tr>))}</tbody>
    </table>
  );
}
