import type { TFunction } from "i18next";

/** A built-in reason in the reader's words; one that the plant has named itself, as the plant names it. */
export function reasonText(code: string, name: string, t: TFunction): string {
  const key = `stopReason.${code}`;
  return name === t(key, { lng: "en", defaultValue: "" }) ? t(`stopReason.${code}`) : name;
}
