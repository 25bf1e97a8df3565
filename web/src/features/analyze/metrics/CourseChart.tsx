import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Metric, MetricSeries } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Chart, Failed, Skeleton, useFormat } from "../../../ui";
import { metricQuery } from "../queries";
import { courseOf } from "./period";
import { amountOf, useFigure } from "./useFigure";

/** The metric day by day with the range each day was expected in; days outside are marked. */
export function CourseChart({ metric, query }: { metric: Metric; query: { from: string; to: string; segment?: string | undefined } }) {
  const { data, error, refetch } = useQuery(metricQuery(metric.name, { ...query, ...courseOf(query) }));
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data || data.name !== metric.name) return <Skeleton rows={6} height={38} />;
  if (data.series.every((point) => point.value === null)) return null; // a state of today has no course
  return <Course metric={metric} data={data} segment={query.segment} />;
}

function Course({ metric, data, segment }: { metric: Metric; data: MetricSeries; segment: string | undefined }) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const format = useFormat();
  const figure = useFigure();
  const navigate = useNavigate();
  const bands = new Map((data.expected ?? []).map((band) => [band.at, band]));
  const days = data.series.map((point) => point.at);
  const values = data.series.map((point) => amountOf(point.value));
  const label = (day: string) => (data.by === "day" || data.by === "week" ? format.monthDay(day) : format.yearMonth(day));
  const option = useCallback((palette: (token: string) => string) => {
    const of = (at: string) => bands.get(at);
    const last = values.findLastIndex((value) => value !== null);
    return {
      grid: { left: 4, right: 8, top: 16, bottom: 4, containLabel: true },
      tooltip: {
        formatter: (given: unknown) => {
          const at = (given as { dataIndex: number }[])[0]?.dataIndex ?? 0;
          const band = of(days[at] ?? "");
          const lines = [`${label(days[at] ?? "")}　<b>${figure.value(data.unit, values[at])}</b>`];
          if (band) lines.push(t("metrics.range", { low: figure.value(data.unit, band.low), high: figure.value(data.unit, band.high) }));
          return lines.join("<br>");
        },
      },
      xAxis: { type: "category", data: days, boundaryGap: false, axisLabel: { formatter: label, hideOverlap: true } },
      yAxis: { type: "value", scale: true, axisLabel: { formatter: (value: number) => figure.value(data.unit, value) } },
      series: [
        { type: "line", stack: "band", silent: true, data: days.map((at) => of(at)?.low ?? null), lineStyle: { opacity: 0 }, symbol: "none" },
        { type: "line", stack: "band", silent: true, data: days.map((at) => { const band = of(at); return band ? band.high - band.low : null; }), lineStyle: { opacity: 0 }, areaStyle: { color: palette("c-band"), opacity: 1 }, symbol: "none" },
        {
          type: "line", data: values.map((value, at) => {
            const odd = !!of(days[at] ?? "")?.anomaly;
            return { value, symbol: odd || at === last ? "circle" : "none", symbolSize: odd ? 7 : 5, itemStyle: { color: odd ? palette("c-alert") : palette("c-1"), borderColor: palette("bg"), borderWidth: odd ? 1 : 0 } };
          }), showSymbol: true, lineStyle: { color: palette("c-1") }, z: 3, triggerLineEvent: false,
        },
      ],
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- all of it follows from the answer and the language
  }, [data, language]);
  return (
    <Chart height={228} file={`${data.name}_${data.from}_${data.to}`} option={option} label={t("metrics.chart.label", { name: metric.label[language], from: data.from, to: data.to })}
      onPick={({ index }) => { const day = days[index]; if (day && data.by === "day") void navigate({ to: "/metrics/$name/behind", params: { name: data.name }, search: { from: day, to: day, segment } }); }}
      table={{
        heads: [t("metrics.chart.day"), t("metrics.chart.value"), t("metrics.chart.low"), t("metrics.chart.high")],
        rows: days.map((at, index) => [at, plain(data.unit, values[index] ?? null, format), plain(data.unit, bands.get(at)?.low ?? null, format), plain(data.unit, bands.get(at)?.high ?? null, format)]),
        say: (value) => (data.unit === "share" ? format.share(value) : format.decimal(value, 2)),
      }} />
  );
}

/** Money in units rather than minor units, for tables and files. */
const plain = (unit: string, value: number | null, format: ReturnType<typeof useFormat>) => (value === null || unit !== "money" ? value : format.major({ amount: Math.round(value), currency: format.currency }));
