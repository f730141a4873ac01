import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../api/client";
import { plantQuery } from "../api/queries";
import { glyphs, within } from "../chart/annotations";
import { fromPlantClock, toPlantClock } from "../time/zone";
import { useFormats } from "../view/formats";
import { problemText } from "../view/problem";
import { rememberName, rememberedName, shellWord } from "../view/saying";
import type { Annotations } from "./useAnnotations";
import "./NoteList.css";

const shown = 100;

/** The marks of a timeline in words, the newest first, and a note of one's own. @param places that a note can be about. @param at the moment that a note is about at first; null: now */
export function NoteList({ annotations: { marks, failed, more }, from, to, places, at }: {
  readonly annotations: Annotations; readonly from: number; readonly to: number; readonly places: readonly { readonly id: string; readonly name: string }[]; readonly at: number | null;
}) {
  const { t } = useTranslation();
  const { time } = useFormats();
  const say = useSay();
  const [by, setBy] = useState(rememberedName);
  const [writes, setWrites] = useState(false);
  const rows = within(marks, from, to);
  const names = new Map(places.map((place) => [place.id, place.name]));
  return (
    <details className="note-list" data-testid="annotations" data-count={rows.length}>
      <summary>{t("notes.title")} ({rows.length})</summary>
      {failed && <p role="alert" className="small strong">{t("notes.failed")}</p>}
      {rows.length > 0 && <div className="note-scroll" tabIndex={0} role="group" aria-label={t("notes.title")}><table className="grid">
        <thead><tr><th scope="col">{t("events.at")}</th><th scope="col">{t("notes.kind")}</th><th scope="col">{t("notes.place")}</th><th scope="col">{t("notes.what")}</th><th scope="col">{t("notes.who")}</th><th scope="col"><span className="visually-hidden">{t("stops.actions")}</span></th></tr></thead>
        <tbody>{rows.slice(0, shown).map((mark) => (
          <tr key={mark.key} data-kind={mark.kind} data-testid="annotation">
            <td className="time">{time.dateTime(mark.at)}</td><td><span aria-hidden="true">{glyphs[mark.kind]}</span> {t(`notes.kinds.${mark.kind}`)}</td><td>{names.get(mark.place) ?? mark.place}</td>
            <td className="wrap">{mark.text}</td><td>{mark.by ?? "–"}</td>
            <td>{mark.note !== null && <Button variant="default" size="compact-xs" disabled={by.trim() === "" || say.busy} title={by.trim() === "" ? t("notes.nameFirst") : undefined}
              onClick={() => void say.send(`/notes/${encodeURIComponent(mark.note ?? "")}/withdraw`, { by: by.trim() })}>{t("notes.withdraw")}</Button>}</td>
          </tr>))}</tbody>
      </table></div>}
      {(more || rows.length > shown) && <p className="small quiet">{t("notes.more", { n: Math.min(rows.length, shown) })}</p>}
      {say.failed && <p role="alert" className="small strong">{say.failed}</p>}
      <label className="note-by small">{t("stops.by")} <input type="text" maxLength={100} autoComplete="name" value={by} onChange={(event) => setBy(event.currentTarget.value)} /></label>
      {writes ? <NoteForm places={places} at={at} by={by.trim()} busy={say.busy} send={async (body) => { if (await say.send("/notes", body)) setWrites(false); }} cancel={() => setWrites(false)} />
        : <Button variant="default" size="compact-xs" onClick={() => setWrites(true)}>{t("notes.write")}…</Button>}
    </details>
  );
}

/** Sends what is said and shows it only when the host has it. */
function useSay() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [step, setStep] = useState<{ readonly busy: boolean; readonly failed: string | null }>({ busy: false, failed: null });
  const send = async (path: string, body: Readonly<Record<string, string>>): Promise<boolean> => {
    setStep({ busy: true, failed: null });
    try {
      await post(path, body);
    } catch (failure) {
      const { title, detail, code } = problemText(failure instanceof Error ? failure : new Error(String(failure)), t);
      setStep({ busy: false, failed: `${title}: ${detail} (${code})` });
      return false;
    }
    if (body.by) rememberName(body.by);
    setStep({ busy: false, failed: null });
    await client.invalidateQueries({ queryKey: ["notes"] });
    return true;
  };
  return { ...step, send };
}

function NoteForm({ places, at, by, busy, send, cancel }: {
  readonly places: readonly { readonly id: string; readonly name: string }[]; readonly at: number | null; readonly by: string; readonly busy: boolean;
  readonly send: (body: Readonly<Record<string, string>>) => Promise<void>; readonly cancel: () => void;
}) {
  const { t } = useTranslation();
  const zone = useQuery(plantQuery).data?.timeZone ?? "UTC";
  const [place, setPlace] = useState(places[0]?.id ?? "");
  const [text, setText] = useState("");
  const [typed, setTyped] = useState(at === null ? "" : toPlantClock(at, zone));
  const about = typed === "" ? null : fromPlantClock(typed, zone);
  const moment = about === null ? {} : { at: new Date(about).toISOString() };
  const ready = by !== "" && text.trim() !== "" && (typed === "" || about !== null);
  const line = ["twin note add", shellWord(place), shellWord(text.trim() === "" ? "TEXT" : text.trim()), ...(about === null ? [] : ["--at", new Date(about).toISOString()]), ...(by === "" ? [] : ["--by", shellWord(by)])].join(" ");
  return (
    <form className="note-form small" onSubmit={(event) => { event.preventDefault(); if (ready) void send({ place, text: text.trim(), by, ...moment }); }}>
      {places.length > 1 && <label>{t("notes.place")} <select value={place} onChange={(event) => setPlace(event.currentTarget.value)}>{places.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}</select></label>}
      <label>{t("notes.about")} <input type="datetime-local" step="1" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} /></label>
      <label className="note-text">{t("notes.what")} <input type="text" required maxLength={500} value={text} onChange={(event) => setText(event.currentTarget.value)} /></label>
      <Button type="submit" variant="filled" size="compact-sm" loading={busy} disabled={!ready}>{t("notes.write")}</Button>
      <Button type="button" variant="default" size="compact-sm" onClick={cancel}>{t("stops.cancel")}</Button>
      <code data-testid="note-cli">{line}</code>
    </form>
  );
}
