import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { MetricUnit } from "../../../api";
import { Chart, useFormat } from "../../../ui";
import { useFigure } from "../conditionParts";

export interface FigureDay { day: string; value: number | null; low: number | null; high: number | null; fires?: boolean }

/** A figure day by day between the lines it should keep to; days on which the rule fires are marked. */
export function FigureChart({ days, unit, name, file, bars }: { days: FigureDay[]; unit: MetricUnit; name: string; file: string; bars?: boolean }) {
  const { t } = useTranslation("alert");
  const format = useFormat();
  const figure = useFigure();
  const shown = JSON.stringify(days);
  const option = useCallback((palette: (token: string) => string) => {
    const line = (of: (day: FigureDay) => number | null) => ({ type: "line", silent: true, symbol: "none", data: days.map(of), lineStyle: { color: palette("c-alert"), type: "dashed", width: 1 }, z: 2 });
    return {
      grid: { left: 4, right: 8, top: 12, bottom: 4, containLabel: true },
      tooltip: {
        formatter: (given: unknown) => {
          const day = days[(given as { dataIndex: number }[])[0]?.dataIndex ?? 0];
          if (!day) return "";
          const lines = [`${format.monthDay(day.day)}　<b>${figure.value(unit, day.value)}</b>`];
          if (day.low !== null) lines.push(`${t("chart.low")} ${figure.value(unit, day.low)}`);
          if (day.high !== null) lines.push(`${t("chart.high")} ${figure.value(unit, day.high)}`);
          return lines.join("<br>");
        },
      },
      xAxis: { type: "category", data: days.map((each) => each.day), boundaryGap: !!bars, axisLabel: { formatter: format.monthDay, hideOverlap: true } },
      yAxis: { type: "value", scale: !bars, axisLabel: { formatter: (value: number) => figure.value(unit, value) } },
      series: [
        line((each) => each.low), line((each) => each.high),
        {
          type: bars ? "bar" : "line", z: 3, showSymbol: true, lineStyle: { color: palette("c-1") }, itemStyle: { color: palette("c-1") }, barMaxWidth: 14,
          data: days.map((each) => ({ value: each.value, symbol: each.fires ? "circle" : "none", symbolSize: 6, itemStyle: { color: each.fires && !bars ? palette("c-alert") : palette("c-1") } })),
        },
      ],
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- all of it follows from the days and the unit
  }, [shown, unit, t]);
  const plain = (value: number | null) => (value === null || unit !== "money" ? value : format.major({ amount: Math.round(value), currency: format.currency }));
  return (
    <Chart height={190} file={file} option={option} label={name}
      table={{ heads: [t("chart.day"), name, t("chart.low"), t("chart.high")], rows: days.map((each) => [each.day, plain(each.value), plain(each.low), plain(each.high)]), say: (value) => (unit === "share" ? format.share(value) : format.decimal(value, 2)) }} />
  );
}
