import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Failed } from "../lib/view/Loaded";

export function NotFound() {
  const { t } = useTranslation();
  return <div className="panel failed"><p className="strong">{t("view.noPage")}</p><Link to="/" className="link">{t("nav.overview")}</Link></div>;
}

/** A fault of our own in one page; the frame and the stream go on. */
export const Broken = ({ error, reset }: { readonly error: unknown; readonly reset: () => void }) =>
  <div className="panel"><Failed error={error instanceof Error ? error : new Error(String(error))} again={reset} /></div>;
