import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../../lib/api/client";
import { stopReasonsQuery } from "../../lib/api/queries";
import type { Page, Stop } from "../../lib/api/types";
import { duration } from "../../lib/time/format";
import { Loaded } from "../../lib/view/Loaded";
import { useFormats } from "../../lib/view/formats";
import { problemText } from "../../lib/view/problem";
import { reasonText } from "../../lib/view/reasonText";
import { rememberName, rememberedName } from "../../lib/view/saying";
import { type Saying, bodyOf, commandLine, pathOf } from "./says";

export interface Asked { readonly stop: Stop; readonly verb: Saying["verb"] }

/** Says something about a stop. It is sent when the host has written it down, not before; what it was and by whom stays in the journal. */
export function StopDialog({ asked: { stop, verb }, now, done, close }: { readonly asked: Asked; readonly now: number | null; readonly done: (parts: readonly Stop[]) => void; readonly close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { time } = useFormats();
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const [by, setBy] = useState(rememberedName);
  const [reason, setReason] = useState(stop.category === "uncoded" ? "" : stop.reason);
  const [note, setNote] = useState(stop.note ?? "");
  const [from, to] = [Date.parse(stop.from), stop.to === null ? now ?? Date.parse(stop.from) + stop.seconds * 1000 : Date.parse(stop.to)];
  const [after, setAfter] = useState(String(Math.max(1, Math.round((to - from) / 2000))));
  const [step, setStep] = useState<{ readonly busy: boolean; readonly failed: string | null }>({ busy: false, failed: null });
  useEffect(() => { if (dialog.current?.open === false) dialog.current.showModal(); }, []);

  const cut = from + Math.round(Number(after) * 1000);
  const saying: Saying = verb === "code" ? { verb, reason, note } : verb === "split" ? { verb, at: Number.isFinite(cut) ? new Date(cut).toISOString() : "" } : { verb };
  const ready = by.trim() !== "" && (saying.verb !== "code" || reason !== "") && (saying.verb !== "split" || (cut > from && cut < to));
  const send = async () => {
    setStep({ busy: true, failed: null });
    try {
      done((await post<Page<Stop>>(pathOf(stop, saying), bodyOf(saying, by.trim()))).items);
    } catch (failure) {
      const { title: what, detail, code } = problemText(failure instanceof Error ? failure : new Error(String(failure)), t);
      setStep({ busy: false, failed: `${what}: ${detail} (${code})` });
      return;
    }
    rememberName(by.trim());
    close();
    for (const key of ["stops", "kpis", "oee"]) void client.invalidateQueries({ queryKey: [key] });
  };

  return (
    <dialog ref={dialog} className="stop-dialog" aria-labelledby={title} onClose={close} data-testid="stop-dialog">
      <form onSubmit={(event) => { event.preventDefault(); if (ready) void send(); }}>
        <h2 id={title}>{t(`stops.${verb}Title`)}</h2>
        <p className="small"><strong>{stop.station}</strong> · {time.dateTime(from)} – {stop.to === null ? t("stops.lasts") : time.clock(to)} · {duration(to - from)} · {stop.state}{stop.fault !== 0 && ` · ${t("twin.fault")} ${stop.fault}`}</p>
        {verb === "code" && <Reasons reason={reason} choose={setReason} />}
        {verb === "code" && <Field label={t("stops.note")}><textarea rows={2} maxLength={500} value={note} onChange={(event) => setNote(event.currentTarget.value)} /></Field>}
        {verb === "split" && (
          <Field label={t("stops.splitAfter")}>
            <input type="number" min={0.001} max={(to - from) / 1000} step="any" required value={after} onChange={(event) => setAfter(event.currentTarget.value)} />
            <span className="quiet small">{cut > from && cut < to ? t("stops.splitAt", { time: time.dateTime(cut) }) : t("stops.splitBetween", { seconds: Math.floor((to - from) / 1000) })}</span>
          </Field>
        )}
        {verb === "undo" && <p>{t("stops.undoWhat", { reason: reasonText(stop.reason, stop.reasonName, t) })}</p>}
        <Field label={t("stops.by")}><input type="text" required maxLength={100} autoComplete="name" value={by} onChange={(event) => setBy(event.currentTarget.value)} /></Field>
        {stop.revisions.length > 0 && <Said stop={stop} />}
        <p className="small quiet">{t("stops.sameOnCli")}</p>
        <code className="stop-command" data-testid="cli-line">{commandLine(stop, saying, by)}</code>
        {step.failed && <p role="alert" className="strong stop-failed">{step.failed}</p>}
        <div className="stop-buttons">
          <Button type="submit" variant="filled" size="xs" loading={step.busy} disabled={!ready}>{t(`stops.${verb}`)}</Button>
          <Button type="button" variant="default" size="xs" onClick={close}>{t("stops.cancel")}</Button>
        </div>
      </form>
    </dialog>
  );
}

function Reasons({ reason, choose }: { readonly reason: string; readonly choose: (reason: string) => void }) {
  const { t } = useTranslation();
  const query = useQuery(stopReasonsQuery);
  return (
    <Loaded query={query} what={t("stops.reasons")} rows={1}>{(reasons) => (
      <Field label={t("stops.reason")}>
        <select required value={reason} onChange={(event) => choose(event.currentTarget.value)}>
          <option value="" disabled>{t("stops.choose")}</option>
          {[...new Set(reasons.map((each) => each.category))].map((category) => (
            <optgroup key={category} label={t(`step.${category}`)}>{reasons.filter((each) => each.category === category).map((each) => <option key={each.code} value={each.code}>{reasonText(each.code, each.name, t)}</option>)}</optgroup>))}
        </select>
      </Field>)}</Loaded>
  );
}

function Said({ stop }: { readonly stop: Stop }) {
  const { t } = useTranslation();
  const { time } = useFormats();
  return (
    <ol className="stop-said small" aria-label={t("stops.said")}>{stop.revisions.map((each) => (
      <li key={`${each.at}-${each.action}`}><span className="quiet">{time.dateTime(Date.parse(each.at))}</span> {each.by}: {t(`stops.action.${each.action}`)} {each.reason}{each.note && ` – ${each.note}`}{each.cut && time.dateTime(Date.parse(each.cut))}</li>))}</ol>
  );
}

const Field = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => <label className="stop-field"><span>{label}</span>{children}</label>;
