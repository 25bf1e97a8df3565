import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { ReportChart, SqlAnswer } from "../../../api";
import { Button, Chart, Empty, saveCsv, useFormat } from "../../../ui";

const isNumber = (type: string) => /INT|DOUBLE|FLOAT|DECIMAL|NUMERIC/.test(type);
const colours = ["c-1", "c-2", "c-3", "c-4"];

/** What a statement gave: a table, and where a chart was chosen its numbers drawn along the first column. */
export function Rows({ of, chart = "table", file = "sql", tile }: { of: SqlAnswer; chart?: ReportChart | ""; file?: string; tile?: boolean }) {
  const { t } = useTranslation("report");
  const format = useFormat();
  const numbers = of.columns.map((each) => isNumber(each.type));
  if (of.rows.length === 0) return <Empty>{t("sql.none")}</Empty>;
  const drawn = (chart === "bar" || chart === "line" || chart === "stacked") && numbers.slice(1).some(Boolean);
  if (chart === "number" && tile) { const at = numbers.findIndex(Boolean), value = of.rows[0]?.[at]; if (typeof value === "number") return <div className="number"><b>{format.decimal(value, 2)}</b><span className="meta">{of.columns[at]?.name}</span></div>; }
  return (
    <>
      {drawn && <RowsChart of={of} chart={chart} file={file} height={tile ? 220 : 260} />}
      {!(tile && drawn) && <>
        <p className="row meta"><span className="grow">{t(of.cut ? "sql.cut" : "sql.rows", { n: format.count(of.rows.length), ms: format.count(of.took_ms) })}</span><Button look="bare" icon="download" aria-label={t("sql.csv")} title={t("sql.csv")} onClick={() => saveCsv(file, [of.columns.map((each) => each.name), ...of.rows.map((row) => row.map((value) => (typeof value === "boolean" ? String(value) : value)))])} /></p>
        <div className="listwrap" tabIndex={0} role="region" aria-label={t("sql.result")}>
          <table className="list" aria-label={t("sql.result")}>
            <thead><tr>{of.columns.map((each, at) => <th key={at} scope="col" className={numbers[at] ? "num" : undefined} title={each.type}>{each.name}</th>)}</tr></thead>
            <tbody>{of.rows.map((row, at) => <tr key={at}>{row.map((value, column) => <td key={column} className={numbers[column] ? "num" : undefined}><span className="cut" title={String(value ?? "")}>{value === null ? "—" : typeof value === "number" ? format.decimal(value, 4) : String(value)}</span></td>)}</tr>)}</tbody>
          </table>
        </div>
      </>}
    </>
  );
}

function RowsChart({ of, chart, file, height }: { of: SqlAnswer; chart: "bar" | "line" | "stacked"; file: string; height: number }) {
  const format = useFormat();
  const { t } = useTranslation("report");
  const shown = of.rows.slice(0, 200);
  const drawn = of.columns.map((each, at) => ({ ...each, at })).filter((each) => each.at > 0 && isNumber(each.type)).slice(0, colours.length);
  const option = useCallback((palette: (token: string) => string) => ({
    grid: { left: 8, right: 16, top: 12, bottom: 4, containLabel: true },
    tooltip: { trigger: "axis" },
    xAxis: { type: "category", data: shown.map((row) => String(row[0] ?? "—")), axisLabel: { hideOverlap: true }, boundaryGap: chart !== "line" },
    yAxis: { type: "value", axisLabel: { formatter: (value: number) => format.short(value) } },
    series: drawn.map((each, at) => ({ name: each.name, data: shown.map((row) => (typeof row[each.at] === "number" ? row[each.at] : null)), type: chart === "line" ? "line" : "bar", ...(chart === "stacked" && { stack: "all" }), barMaxWidth: 22, symbol: "none", itemStyle: { color: palette(colours[at] ?? "c-1") }, lineStyle: { color: palette(colours[at] ?? "c-1") } })),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- all of it follows from the answer
  }), [of, chart]);
  return <Chart height={height} file={file} label={t("sql.result")} title={<span className="legend">{drawn.map((each, at) => <span key={each.at}><i style={{ background: `var(--${colours[at] ?? "c-1"})` }} />{each.name}</span>)}</span>} option={option} table={{ heads: of.columns.map((each) => each.name), rows: shown.map((row) => row.map((value) => (typeof value === "boolean" ? String(value) : value))) }} />;
}
