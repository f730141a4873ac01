import type { TFunction } from "i18next";

/** `signalLost:vibration` in the reader's words; a flag this page does not know is shown as it came. */
export function flagText(flag: string, t: TFunction): string {
  const [kind = flag, name = ""] = flag.split(":");
  return t(`flag.${kind}`, { name, defaultValue: flag });
}
