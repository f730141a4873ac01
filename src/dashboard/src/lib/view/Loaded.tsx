import { Button, Skeleton } from "@mantine/core";
import type { TFunction } from "i18next";
import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { problemText } from "./problem";
import "./Loaded.css";

/** The three states every view has beside its data: loading (and what for), failed (and why), stale since (and why). */
export function Loaded<T>({ query, what, rows = 3, children }: {
  readonly query: Pick<UseQueryResult<T>, "data" | "error" | "dataUpdatedAt" | "refetch" | "isFetching">;
  /** What is being asked for, in the reader's words. */
  readonly what: string;
  readonly rows?: number;
  readonly children: (data: T) => ReactNode;
}) {
  const { data, error } = query;
  if (data === undefined) return error ? <Failed error={error} busy={query.isFetching} again={() => void query.refetch()} /> : <Loading what={what} rows={rows} />;
  return (
    <>
      {error && <StaleSince at={query.dataUpdatedAt} error={error} again={() => void query.refetch()} />}
      {children(data)}
    </>
  );
}

/** A skeleton says nothing; after 300 ms the page says what it waits for. */
function Loading({ what, rows }: { readonly what: string; readonly rows: number }) {
  const { t } = useTranslation();
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="loading" role="status" aria-busy="true">
      {late ? <p className="quiet">{t("view.waiting", { what })}</p> : Array.from({ length: rows }, (_, i) => <Skeleton key={i} height={18} radius={0} />)}
    </div>
  );
}

export function Failed({ error, again, busy = false }: { readonly error: Error; readonly again: () => void; readonly busy?: boolean }) {
  const { t } = useTranslation();
  const problem = problemText(error, t);
  return (
    <div className="failed" role="alert">
      <p className="strong">{problem.title}</p>
      <p>{problem.detail}</p>
      <p className="quiet small">{t("view.code")} <code>{problem.code}</code></p>
      <Button variant="default" size="xs" onClick={again} loading={busy}>{t("view.retry")}</Button>
    </div>
  );
}

/** @param at wall time (epoch ms) of what is shown */
export function staleSince(at: number, error: Error, t: TFunction, language: string | undefined): string {
  const { title, code } = problemText(error, t);
  return t("view.staleSince", { time: new Intl.DateTimeFormat(language, { timeStyle: "medium" }).format(at), problem: `${title} (${code})` });
}

export function StaleSince({ at, error, again }: { readonly at: number; readonly error: Error; readonly again: () => void }) {
  const { t, i18n } = useTranslation();
  return (
    <div className="stale-since hatched" role="status">
      <span>{staleSince(at, error, t, i18n.resolvedLanguage)}</span>
      <Button variant="default" size="compact-xs" onClick={again}>{t("view.retry")}</Button>
    </div>
  );
}
