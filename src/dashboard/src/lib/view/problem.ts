import type { TFunction } from "i18next";
import { ApiProblem } from "../api/client";

/** A failure in the reader's words, by its code. What exactly is wrong only the host knows: its detail stays as it came. */
export function problemText(error: Error, t: TFunction): { readonly title: string; readonly detail: string; readonly code: string } {
  if (!(error instanceof ApiProblem)) return { title: t("view.broken"), detail: error.message, code: "ERROR" };
  const { code, title, detail, request, status } = error;
  return {
    code,
    title: t(`problem.${code}.title`, { defaultValue: title ?? t("problem.other.title") }),
    detail: detail ?? t(`problem.${code}.detail`, { request, status, defaultValue: t("problem.other.detail", { request, status }) }),
  };
}
