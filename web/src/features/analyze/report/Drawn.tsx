import { useTranslation } from "react-i18next";
import type { Cross, CrossCell, CrossPart, Figure, MetricUnit, ReportChart } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Empty, useFormat } from "../../../ui";
import { amountOf, useFigure } from "../figure";
import { CrossChart } from "./CrossChart";
import { cellKey, depthOf, type Grid, gridOf, type Head } from "./grid";

export type OpenCell = ((cell: CrossCell) => void) | undefined;

/** The figures of a report in the form that was chosen, or the nearest the answer allows. */
export function Drawn({ of, chart, file, onOpen, height }: { of: Cross; chart: ReportChart; file: string; onOpen: OpenCell; /** Of a chart that stands alone, without its table below. */ height?: number }) {
  const { t } = useTranslation("report");
  const grid = gridOf(of);
  if (of.dimensions.length > 0 && of.rows.length === 0) return <Empty>{t("nothing")}</Empty>;
  if (of.dimensions.length === 0 && !of.by) return <Figures of={of} onOpen={onOpen} />;
  if (chart === "number") return height ? <Figures of={of} onOpen={onOpen} /> : <><Figures of={of} onOpen={onOpen} /><Table of={of} onOpen={onOpen} /></>;
  if (grid && (chart === "heat" || chart === "pivot" || (chart === "table" && of.by))) return <GridTable of={of} grid={grid} heat={chart === "heat"} onOpen={onOpen} />;
  if (chart === "line" || chart === "bar" || chart === "stacked") return <><CrossChart of={of} form={chart} file={file} onOpen={onOpen} height={height} />{height ? null : grid ? <GridTable of={of} grid={grid} heat={false} onOpen={onOpen} /> : <Table of={of} onOpen={onOpen} />}</>;
  return <Table of={of} onOpen={onOpen} />;
}

/** What a part is called. */
export function usePartName() {
  const { t } = useTranslation("report");
  const language = useLanguage();
  return (part: CrossPart | undefined) => (!part ? "" : part.other ? t("other") : part.key === null ? t("unknown") : part.label[language]);
}

/** What a step is called. */
export function useStepName(by: Cross["by"]) {
  const format = useFormat();
  return (step: string) => (by === "day" || by === "week" ? format.monthDay(step) : by === "month" ? format.yearMonth(step) : by === "quarter" ? `${step.slice(0, 4)} Q${Math.ceil(Number(step.slice(5, 7)) / 3)}` : step.slice(0, 4));
}

/** A figure, opened where something stands behind it. */
function Value({ unit, of, cell, onOpen, compact }: { unit: MetricUnit; of: Figure; cell: CrossCell; onOpen: OpenCell; compact?: boolean }) {
  const figure = useFigure();
  const amount = amountOf(of);
  const text = figure.value(unit, amount);
  if (!onOpen || !amount) return <span title={compact ? undefined : figure.exact(unit, amount)}>{text}</span>;
  return <button type="button" className="opens" title={figure.exact(unit, amount)} onClick={() => onOpen(cell)}>{text}</button>;
}

function Change({ unit, good, now, before }: { unit: MetricUnit; good: number; now: Figure; before: Figure | undefined }) {
  const figure = useFigure();
  const [a, b] = [amountOf(now), amountOf(before)];
  if (a === null || b === null) return <span className="dim">—</span>;
  const better = (a - b) * good;
  return <span className={better > 0 ? "up" : better < 0 ? "down" : "dim"} title={figure.value(unit, b)}>{figure.against(unit, a, b)}</span>;
}

function Figures({ of, onOpen }: { of: Cross; onOpen: OpenCell }) {
  const language = useLanguage();
  return (
    <dl className="figures">
      {of.measures.map((each, at) => (
        <div key={at}>
          <dt><span className="def" tabIndex={0} title={each.definition[language]}>{each.label[language]}</span></dt>
          <dd><b><Value unit={each.unit} of={of.total.values[at] ?? null} cell={{ measure: at }} onOpen={onOpen} /></b> {of.before_from && !each.steady && <Change unit={each.unit} good={each.good} now={of.total.values[at] ?? null} before={of.total.before?.[at]} />}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A line for each part, or for each step; the total last. */
function Table({ of, onOpen }: { of: Cross; onOpen: OpenCell }) {
  const { t } = useTranslation("report");
  const language = useLanguage();
  const partName = usePartName();
  const stepName = useStepName(of.by);
  const steps = of.dimensions.length === 0;
  const compared = !!of.before_from;
  const lines = steps
    ? of.steps.map((step, k) => ({ key: step, names: [stepName(step)], values: of.measures.map((_, at) => of.total.series?.[at]?.[k] ?? null), before: of.measures.map((_, at) => of.total.series_before?.[at]?.[k]), cell: (measure: number): CrossCell => ({ measure, at: step }) }))
    : of.rows.map((row) => ({ key: row.parts.map((part) => `${part.other ? "other" : ""}${part.key ?? ""}`).join("|"), names: row.parts.map(partName), values: row.values, before: row.before ?? [], cell: (measure: number): CrossCell => ({ measure, parts: row.parts.map(cellKey) }) }));
  return (
    <div className="listwrap" tabIndex={0} role="region" aria-label={t("chart.table")}>
      <table className="list cross" aria-label={t("chart.table")}>
        <thead>
          <tr>
            {steps ? <th scope="col">{t("builder.by")}</th> : of.dimensions.map((each) => <th key={each.name} scope="col">{each.label[language]}</th>)}
            {of.measures.map((each, at) => <th key={at} scope="col" className="num" title={each.definition[language]} colSpan={compared ? 2 : 1}>{each.label[language]}</th>)}
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.key}>
              {line.names.map((name, at) => (at === 0 ? <th key={at} scope="row" title={name}><span className="cut">{name}</span></th> : <td key={at} title={name}><span className="cut">{name}</span></td>))}
              {of.measures.map((each, at) => [
                <td key={at} className="num"><Value unit={each.unit} of={line.values[at] ?? null} cell={line.cell(at)} onOpen={onOpen} /></td>,
                compared && <td key={`${at}-`} className="num change"><Change unit={each.unit} good={each.good} now={line.values[at] ?? null} before={line.before[at]} /></td>,
              ])}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={Math.max(1, of.dimensions.length)}>{t("total")}</th>
            {of.measures.map((each, at) => [
              <td key={at} className="num"><Value unit={each.unit} of={of.total.values[at] ?? null} cell={{ measure: at }} onOpen={onOpen} /></td>,
              compared && <td key={`${at}-`} className="num change"><Change unit={each.unit} good={each.good} now={of.total.values[at] ?? null} before={of.total.before?.[at]} /></td>,
            ])}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

/** One measure crossed; with heat the larger the darker. */
function GridTable({ of, grid, heat, onOpen }: { of: Cross; grid: Grid; heat: boolean; onOpen: OpenCell }) {
  const { t } = useTranslation("report");
  const language = useLanguage();
  const partName = usePartName();
  const stepName = useStepName(of.by);
  const head = (each: Head) => (each.step ? stepName(each.step) : partName(each.part));
  const unit = of.measures[grid.measure]?.unit ?? "count";
  const all = grid.rows.flatMap((_, row) => grid.columns.map((_, column) => amountOf(grid.at(row, column)))).filter((value): value is number => value !== null && value !== 0);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const name = of.measures[grid.measure]?.label[language] ?? "";
  return (
    <div className="listwrap" tabIndex={0} role="region" aria-label={name}>
      <table className={heat ? "list cross heatmap" : "list cross"} aria-label={name}>
        <thead><tr><th scope="col">{of.dimensions[0]?.label[language]}</th>{grid.columns.map((each) => <th key={each.key} scope="col" className="num" title={head(each)}><span className="cut">{head(each)}</span></th>)}<th scope="col" className="num">{t("total")}</th></tr></thead>
        <tbody>
          {grid.rows.map((each, row) => (
            <tr key={each.key}>
              <th scope="row" title={head(each)}><span className="cut">{head(each)}</span></th>
              {grid.columns.map((column, k) => {
                const value = grid.at(row, k);
                return <td key={column.key} className={`num${heat ? ` d${value ? Math.max(1, depthOf(amountOf(value), least, most)) : 0}` : ""}`}>{value ? <Value unit={unit} of={value} cell={grid.cell(row, k)} onOpen={onOpen} /> : <span className="dim">·</span>}</td>;
              })}
              <td className="num strong"><Value unit={unit} of={grid.ofRow(row)} cell={grid.cell(row, null)} onOpen={onOpen} /></td>
            </tr>
          ))}
        </tbody>
        <tfoot><tr><th scope="row">{t("total")}</th>{grid.columns.map((each, k) => <td key={each.key} className="num"><Value unit={unit} of={grid.ofColumn(k)} cell={grid.cell(null, k)} onOpen={onOpen} /></td>)}<td className="num strong"><Value unit={unit} of={grid.total} cell={{ measure: grid.measure }} onOpen={onOpen} /></td></tr></tfoot>
      </table>
    </div>
  );
}
