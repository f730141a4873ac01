import { useTranslation } from "react-i18next";
import type { Twin } from "../../lib/api/types";
import { StateTimeline } from "../../lib/chart/StateTimeline";
import { NoteList } from "../../lib/notes/NoteList";
import { useAnnotations } from "../../lib/notes/useAnnotations";

/** The states of one twin with what happened and was said meanwhile, all on one axis. The window is as in {@link StateTimeline}. */
export function AnnotatedTimeline({ twin, from, to, fetchFrom, until, pick }: {
  readonly twin: Twin; readonly from: number; readonly to: number; readonly fetchFrom: number; readonly until: number | null; readonly pick: (time: number) => void;
}) {
  const { t } = useTranslation();
  const annotations = useAnnotations(twin.id, twin.kind, fetchFrom, until, to);
  return (
    <>
      <StateTimeline rows={[{ id: twin.id, name: twin.name }]} from={from} to={to} fetchFrom={fetchFrom} until={until} label={t("timeline.aria", { names: twin.name })} marks={annotations.marks} pick={pick} />
      <NoteList annotations={annotations} from={from} to={to} places={[twin]} at={until} />
    </>
  );
}
