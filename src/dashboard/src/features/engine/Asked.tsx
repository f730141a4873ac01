import { Button } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { problemText } from "../../lib/view/problem";

type Step = { readonly is: "idle" | "asking" | "busy" } | { readonly is: "done" | "failed"; readonly told: string };

/** A button that asks once more before it acts, then says what came of it. */
export function Asked({ verb, question, disabled = false, act }: {
  readonly verb: string;
  readonly question: string;
  readonly disabled?: boolean;
  /** Its result, in the reader's words. */
  readonly act: () => Promise<string>;
}) {
  const { t } = useTranslation();
  const [step, setStep] = useState<Step>({ is: "idle" });
  const yes = useRef<HTMLButtonElement>(null);
  useEffect(() => { if (step.is === "asking") yes.current?.focus(); }, [step.is]);
  const go = async () => {
    setStep({ is: "busy" });
    try {
      setStep({ is: "done", told: await act() });
    } catch (failure) {
      const { title, detail, code } = problemText(failure instanceof Error ? failure : new Error(String(failure)), t);
      setStep({ is: "failed", told: `${title}: ${detail} (${code})` });
    }
  };
  if (step.is === "asking") {
    return (
      <span className="asked" role="group" aria-label={question}>
        <span>{question}</span>
        <Button ref={yes} variant="default" size="compact-xs" onClick={() => void go()}>{t("engine.yes")}</Button>
        <Button variant="default" size="compact-xs" onClick={() => setStep({ is: "idle" })}>{t("engine.no")}</Button>
      </span>
    );
  }
  return (
    <span className="asked">
      {(step.is === "done" || step.is === "failed") && <span role="status" className={step.is === "failed" ? "strong" : ""}>{step.told}</span>}
      <Button variant="default" size="compact-xs" disabled={disabled} loading={step.is === "busy"} onClick={() => setStep({ is: "asking" })}>{verb}</Button>
    </span>
  );
}
