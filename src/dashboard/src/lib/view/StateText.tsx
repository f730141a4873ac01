import { useTranslation } from "react-i18next";
import { groupOf } from "../plant/packml";
import { Mark } from "./Mark";
import "./StateText.css";

/** Only a breakdown is abnormal by itself; whether a hold or a wait is, the exceptions say, which know how long it lasts. PackML names stay as the standard writes them, in every language; the group is said in the reader's own. */
export function StateText({ state, testId }: { readonly state: string | null; readonly testId?: string }) {
  const { t } = useTranslation();
  const group = groupOf(state);
  return (
    <span className="state-text" data-group={group} title={t(`group.${group}`)}>
      {group === "aborted" && <Mark severity="p1" />}
      <span data-testid={testId}>{state ?? "–"}</span>
    </span>
  );
}
