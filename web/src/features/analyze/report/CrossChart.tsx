import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Cross } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Chart, useFormat } from "../../../ui";
import { amountOf, useFigure } from "../figure";
import { type OpenCell, usePartName, useStepName } from "./Drawn";
import { cellKey, gridOf } from "./grid";

const colours = ["c-1", "c-2", "c-3", "c-4", "c-5", "c-6", "c-7", "c-8"];
const mostSeries = 8;

/** The first measure drawn: along the calendar, part by part, or part upon part. */
export function CrossChart({ of, form, file, onOpen, height = 260 }: { of: Cross; form: "line" | "bar" | "stacked"; file: string; onOpen: OpenCell; height?: number | undefined }) {
  const { t } = useTranslation("report");
  const language = useLanguage();
  const format = useFormat();
  const figure = useFigure();
  const partName = usePartName();
  const stepName = useStepName(of.by);
  const measure = of.measures[0];
  const unit = measure?.unit ?? "count";
  const grid = gridOf(of);
  const along = of.by && of.dimensions.length < 2;
  const heads = along ? of.steps.map(stepName) : grid ? grid.columns.map((each) => partName(each.part)) : of.rows.map((row) => partName(row.parts[0]));
  const series = grid
    ? grid.rows.slice(0, mostSeries).map((each, row) => ({ name: partName(each.part), values: grid.columns.map((_, column) => amountOf(grid.at(row, column))), faint: false }))
    : [
        { name: measure?.label[language] ?? "", values: along ? (of.total.series?.[0] ?? []).map(amountOf) : of.rows.map((row) => amountOf(row.values[0])), faint: false },
        ...(of.before_from ? [{ name: t("before"), values: along ? of.steps.map((_, k) => amountOf(of.total.series_before?.[0]?.[k])) : of.rows.map((row) => amountOf(row.before?.[0])), faint: true }] : []),
      ];
  const flat = form === "bar" && !along && !grid;
  const option = useCallback((palette: (token: string) => string) => {
    const category = { type: "category", data: heads, axisLabel: { hideOverlap: true, ...(flat && { width: 120, overflow: "truncate" }) }, inverse: flat, boundaryGap: form !== "line" };
    const value = { type: "value", axisLabel: { formatter: (amount: number) => figure.value(unit, amount), hideOverlap: true } };
    return {
      grid: { left: 8, right: 16, top: 12, bottom: 4, containLabel: true },
      tooltip: { trigger: "axis", valueFormatter: (amount: unknown) => figure.value(unit, typeof amount === "number" ? amount : null) },
      xAxis: flat ? value : category,
      yAxis: flat ? category : value,
      series: series.map((each, at) => ({
        name: each.name, data: each.values, type: form === "line" ? "line" : "bar", ...(form === "stacked" && { stack: "all" }), barMaxWidth: 22, symbol: "none",
        lineStyle: { color: palette(each.faint ? "c-8" : (colours[at] ?? "c-1")), ...(each.faint && { type: "dashed" }) }, itemStyle: { color: palette(each.faint ? "c-8" : (colours[at] ?? "c-1")) },
      })),
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- all of it follows from the answer and the language
  }, [of, form, language]);
  const plain = (amount: number | null) => (amount === null || unit !== "money" ? amount : format.major({ amount: Math.round(amount), currency: format.currency }));
  return (
    <Chart height={flat ? Math.max(160, 28 * heads.length * (of.before_from ? 1.4 : 1)) : height} file={file} label={measure?.label[language] ?? ""} title={<span className="legend">{measure?.label[language]}{series.length > 1 && series.map((each, at) => <span key={at}><i style={{ background: `var(--${each.faint ? "c-8" : (colours[at] ?? "c-1")})` }} />{each.name}</span>)}</span>} option={option}
      onPick={onOpen && (({ series: row, index }) => {
        if (series[row]?.faint) return;
        if (grid) onOpen(grid.cell(row, index));
        else if (along) onOpen({ measure: 0, at: of.steps[index] ?? "" });
        else { const part = of.rows[index]?.parts[0]; if (part) onOpen({ measure: 0, parts: [cellKey(part)] }); }
      })}
      table={{ heads: [along ? t("builder.by") : (of.dimensions[grid ? 1 : 0]?.label[language] ?? ""), ...series.map((each) => each.name)], rows: heads.map((head, at) => [head, ...series.map((each) => plain(each.values[at] ?? null))]), say: (amount) => (unit === "share" ? format.share(amount) : format.decimal(amount, 2)) }} />
  );
}
