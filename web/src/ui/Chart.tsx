import type { EChartsCoreOption, ECharts } from "echarts/core";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./Button";
import { saveCsv } from "./csv";
import { useFormat } from "./FormatContext";

/** What a chart shows, as rows: the same rows feed its table and its CSV. */
export interface ChartTable {
  heads: string[];
  /** Values as numbers or text; the first column names the row. */
  rows: (string | number | null)[][];
  /** How a number reads in the table. */
  say?: (value: number, column: number) => string;
}

interface Props {
  /** ECharts option in the reader's colours: use `palette` for the tokens. */
  option: (palette: (token: string) => string) => EChartsCoreOption;
  table: ChartTable;
  label: string;
  height?: number;
  /** File name of the CSV, without ending. */
  file: string;
  title?: ReactNode;
  /** A press on a mark: its series and index, to open what is behind it. */
  onPick?: (at: { series: number; index: number; name: string }) => void;
}

/** One chart with its table and CSV. Drawn on a canvas by ECharts, which is loaded only when a chart is shown. */
export function Chart({ option, table, label, height = 220, file, title, onPick }: Props) {
  const { t } = useTranslation("ui");
  const [asTable, setAsTable] = useState(false);
  return (
    <figure className="chart" aria-label={label}>
      <figcaption>
        <span className="grow">{title}</span>
        <Button look="bare" icon={asTable ? "insight" : "table"} aria-label={asTable ? t("chartView") : t("tableView")} title={asTable ? t("chartView") : t("tableView")} onClick={() => setAsTable(!asTable)} />
        <Button look="bare" icon="download" aria-label={t("downloadCsv")} title={t("downloadCsv")} onClick={() => saveCsv(file, [table.heads, ...table.rows])} />
      </figcaption>
      {asTable ? <ChartRows table={table} label={label} height={height} /> : <Canvas option={option} label={label} height={height} onPick={onPick} />}
    </figure>
  );
}

function ChartRows({ table, label, height }: { table: ChartTable; label: string; height: number }) {
  const format = useFormat();
  return (
    <div style={{ maxHeight: Math.max(height, 240), overflow: "auto" }} tabIndex={0} role="region" aria-label={label}>
      <table className="list">
        <thead><tr>{table.heads.map((head, at) => <th key={at} scope="col" className={at ? "num" : undefined}>{head}</th>)}</tr></thead>
        <tbody>
          {table.rows.map((row, at) => (
            <tr key={at}>
              {row.map((value, column) => (
                <td key={column} className={column ? "num" : undefined}>{typeof value === "number" ? (table.say?.(value, column) ?? format.decimal(value, 2)) : (value ?? "—")}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Canvas({ option, label, height, onPick }: Pick<Props, "option" | "label" | "onPick"> & { height: number }) {
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);
  const pick = useRef(onPick);
  const draw = useRef(() => {});
  useEffect(() => {
    pick.current = onPick;
    draw.current = () => {
      const style = getComputedStyle(document.documentElement);
      const palette = (token: string) => style.getPropertyValue(`--${token}`).trim();
      void import("./echarts").then(({ themed }) => chart.current?.setOption(themed(option(palette), palette), { notMerge: true }));
    };
    draw.current();
  }, [option, onPick]);
  useEffect(() => {
    const node = holder.current;
    if (!node) return;
    let gone = false;
    void import("./echarts").then(({ start }) => {
      if (gone) return;
      chart.current = start(node);
      chart.current.on("click", (at) => pick.current?.({ series: at.seriesIndex ?? 0, index: at.dataIndex, name: String(at.name) }));
      draw.current();
    });
    const resized = new ResizeObserver(() => chart.current?.resize());
    resized.observe(node);
    const shade = new MutationObserver(() => draw.current());
    shade.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => {
      gone = true;
      resized.disconnect();
      shade.disconnect();
      chart.current?.dispose();
      chart.current = null;
    };
  }, []);
  return <div ref={holder} style={{ height }} role="img" aria-label={label} />;
}
