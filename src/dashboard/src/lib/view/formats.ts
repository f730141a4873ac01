import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { plantQuery } from "../api/queries";
import { type NumberFormat, numberFormat } from "../time/number";
import { type TimeFormat, timeFormat } from "../time/format";

export interface Formats { readonly time: TimeFormat; readonly number: NumberFormat }

/** Times in the plant's zone, numbers in the reader's language. */
export function useFormats(): Formats {
  const { i18n } = useTranslation();
  const zone = useQuery(plantQuery).data?.timeZone ?? "UTC";
  const language = i18n.resolvedLanguage ?? "en";
  return useMemo(() => ({ time: timeFormat(language === "en" ? "en-GB" : language, zone), number: numberFormat(language) }), [language, zone]);
}
