import { SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Window, windows } from "../../lib/view/search";

/** How much plant time timelines and trends show. */
export function WindowChoice({ window, choose }: { readonly window: Window; readonly choose: (window: Window) => void }) {
  const { t } = useTranslation();
  return <SegmentedControl className="aside" size="xs" value={window} onChange={(next) => choose(next as Window)} aria-label={t("twin.window")} data={Object.keys(windows).map((each) => ({ value: each, label: each.replace(/(\d+)/, "$1 ").replace("m", "min") }))} />;
}
