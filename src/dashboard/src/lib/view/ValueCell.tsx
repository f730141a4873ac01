import { useTranslation } from "react-i18next";
import type { Quality, Scalar, Signal } from "../api/types";
import { packmlStates, unitModes } from "../plant/packml";
import { useValue } from "../stream/hooks";
import { age } from "../time/format";
import type { NumberFormat } from "../time/number";
import { useFormats } from "./formats";
import { Mark } from "./Mark";
import "./ValueCell.css";

/** Three cells of a row: value, quality, age. Text and hatch say what the colour says. */
export function ValueCells({ id, name, signal }: { readonly id: string; readonly name: string; readonly signal?: Signal | undefined }) {
  const value = useValue(id);
  const { number } = useFormats();
  return (
    <>
      <td className={`num value ${value.q === "stale" ? "hatched" : ""}`} data-testid={`value-${name}`} data-quality={value.q} data-age={value.age ?? ""}>
        <span>{display(name, value.v, number, signal?.texts)}</span>
        {value.unit && <small> {value.unit}</small>}
      </td>
      <td className="quality"><QualityText q={value.q} /></td>
      <td className="num age" data-stale={value.q === "stale"}>{age(value.age)}</td>
    </>
  );
}

export function QualityText({ q }: { readonly q: Quality }) {
  const { t } = useTranslation();
  if (q === "good") return <span className="quiet">{t("quality.good")}</span>;
  return <span className="quality-mark"><Mark severity={q === "uncertain" ? "p3" : "stale"} /> <strong>{t(`quality.${q}`)}</strong></span>;
}

/** Numbers of an enumeration are shown by name: nobody knows that 6 is Execute. @param texts as the plant definition has them, which go before PackML's own */
export function display(name: string, v: Scalar, number: NumberFormat, texts: Signal["texts"] = {}): string {
  if (v === null || v === "") return "–";
  if (typeof v === "number") {
    const text = texts[String(v)];
    if (text !== undefined) return text;
    if (name === "state") return packmlStates[v] ?? String(v);
    if (name === "mode") return unitModes[v] ?? String(v);
    return number.value(v);
  }
  return String(v);
}
