import { useTranslation } from "react-i18next";
import { Mark } from "../../lib/view/Mark";
import { useFormats } from "../../lib/view/formats";
import { signed } from "./baseline";
import type { Bar, Waterfall } from "./waterfall";

const row = 30;

/** Total, what was lost, what was gained, and what is left, each hanging from where the one above ended. In minutes. A step that something stands behind can be chosen. */
export function WaterfallChart({ chart, base, view, chosen, canChoose, choose }: {
  readonly chart: Waterfall; readonly base?: Waterfall | undefined; readonly view: "chart" | "table"; readonly chosen?: string | undefined; readonly canChoose: (step: string) => boolean; readonly choose: (step: string) => void;
}) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const minutes = (ms: number) => number.fixed(ms / 60_000, 2);
  const share = (ms: number) => number.percent(chart.planned === 0 ? null : ms / chart.planned);
  /** In points of the planned time, since periods differ in length. */
  const delta = ({ key, ms }: Bar) => {
    const there = base?.bars.find((bar) => bar.key === key);
    return !base || !there || base.planned === 0 || chart.planned === 0 ? "–" : t("baseline.points", { delta: signed((ms / chart.planned - there.ms / base.planned) * 100, 1, number.fixed) });
  };
  return (
    <div className="waterfall" data-testid="oee-waterfall" data-planned-ms={chart.planned}>
      {view === "chart" && (
        <div className="waterfall-chart" data-compared={base !== undefined}>
          <ul>{chart.bars.map((bar) => (
            <li key={bar.key} data-kind={bar.kind}>{canChoose(bar.key) && bar.ms > 0
              ? <button type="button" className="plain link" aria-pressed={bar.key === chosen} onClick={() => choose(bar.key)}>{t(`step.${bar.key}`, bar.label)}</button> : t(`step.${bar.key}`, bar.label)}</li>))}</ul>
          <svg aria-hidden="true" viewBox={`0 0 ${chart.scale} ${chart.bars.length * row}`} preserveAspectRatio="none" style={{ height: chart.bars.length * row }}>
            {grid(chart.scale).map((x) => <path key={x} d={`M${x} 0 V${chart.bars.length * row}`} stroke="var(--line)" vectorEffect="non-scaling-stroke" />)}
            {chart.bars.map((bar, i) => <Step key={bar.key} bar={bar} y={i * row} next={chart.bars[i + 1]} {...(canChoose(bar.key) ? { choose } : {})} />)}
          </svg>
          <ul aria-hidden="true" className="num">{chart.bars.map((bar) => <li key={bar.key} data-kind={bar.kind}>{sign(bar)}{minutes(bar.ms)}</li>)}</ul>
          <ul aria-hidden="true" className="num quiet">{chart.bars.map((bar) => <li key={bar.key}>{share(bar.ms)}</li>)}</ul>
          {base && <ul aria-hidden="true" className="num quiet" title={t("baseline.column")} data-testid="waterfall-deltas">{chart.bars.map((bar) => <li key={bar.key} data-key={bar.key}>{bar.kind === "total" ? `(${minutes(base.planned)})` : delta(bar)}</li>)}</ul>}
          <div aria-hidden="true" className="waterfall-axis">{grid(chart.scale).filter((x) => x < chart.scale * 0.95).map((x) => <span key={x} style={{ left: `${(x / chart.scale) * 100}%` }}>{number.whole(x / 60_000)} min</span>)}</div>
        </div>
      )}
      <div className={view === "chart" ? "visually-hidden" : ""}><table className="grid">
        <caption className="visually-hidden">{t("oee.title")}</caption>
        <thead><tr><th scope="col">{t("oee.step")}</th><th scope="col" className="num">{t("oee.minutes")}</th><th scope="col" className="num">ms</th><th scope="col" className="num">{t("oee.share")}</th>{base && <><th scope="col" className="num">{t("baseline.minutes")}</th><th scope="col" className="num">{t("baseline.column")}</th></>}</tr></thead>
        <tbody>{chart.bars.map((bar) => (
          <tr key={bar.key} {...(view === "table" ? { "data-step": bar.key, "data-ms": bar.ms } : {})}>
            <th scope="row">{t(`step.${bar.key}`, bar.label)}</th><td className="num strong">{sign(bar)}{minutes(bar.ms)}</td><td className="num quiet">{number.whole(bar.ms)}</td><td className="num quiet">{share(bar.ms)}</td>{base && <><td className="num quiet">{minutes(base.bars.find((each) => each.key === bar.key)?.ms ?? 0)}</td><td className="num">{delta(bar)}</td></>}
          </tr>))}</tbody>
      </table></div>
      <p className="waterfall-sum">
        <span>{t("oee.parts", { planned: minutes(chart.planned), losses: minutes(chart.losses), gains: minutes(chart.gains), result: minutes(chart.result) })}</span>
        {chart.off === 0 ? <span className="quiet" data-testid="sums">✓ {t("oee.sums")}</span> : <strong className="off" role="alert"><Mark severity="p1" /> {t("oee.sumsNot", { ms: chart.off })}</strong>}
      </p>
    </div>
  );
}

const sign = (bar: Bar) => (bar.ms === 0 ? "" : bar.kind === "loss" ? "−" : bar.kind === "gain" ? "+" : "");

function Step({ bar, y, next, choose }: { readonly bar: Bar; readonly y: number; readonly next: Bar | undefined; readonly choose?: (step: string) => void }) {
  const end = bar.kind === "loss" ? bar.from : bar.to;
  return (
    <g {...(choose ? { className: "choosable", onClick: () => choose(bar.key) } : {})}>
      {next && <path d={`M${end} ${y + 5} V${y + row + 25}`} stroke="var(--outline)" strokeDasharray="2 2" vectorEffect="non-scaling-stroke" />}
      <rect className="step" data-step={bar.key} data-ms={bar.ms} data-kind={bar.kind} x={bar.from} y={y + 5} width={bar.to - bar.from} height={row - 10} vectorEffect="non-scaling-stroke" />
    </g>
  );
}

/** Lines at whole hours, or at tenths of an hour where the window is short. */
function grid(scale: number): readonly number[] {
  const step = scale > 2 * 3_600_000 ? 3_600_000 : scale > 20 * 60_000 ? 600_000 : 60_000;
  return Array.from({ length: Math.floor(scale / step) }, (_, i) => (i + 1) * step);
}
