import { BarChart, HeatmapChart, LineChart, SankeyChart, ScatterChart } from "echarts/charts";
import { GridComponent, MarkAreaComponent, MarkLineComponent, MarkPointComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init, use as register, type EChartsCoreOption } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

register([LineChart, BarChart, ScatterChart, HeatmapChart, SankeyChart, GridComponent, TooltipComponent, MarkLineComponent, MarkAreaComponent, MarkPointComponent, VisualMapComponent, CanvasRenderer]);

export const start = (node: HTMLElement) => init(node, null, { renderer: "canvas" });

type Part = Record<string, unknown>;
const list = (value: unknown) => (Array.isArray(value) ? value : value ? [value] : []) as Part[];

/**
 * The one theme: horizontal grid only, value axis at the right, 12 px labels, lines of 1.6 px without points or fill,
 * thin bars with a radius of 1. What a chart says itself wins.
 */
export function themed(option: EChartsCoreOption, palette: (token: string) => string): EChartsCoreOption {
  const words = { color: palette("c-axis"), fontSize: 12, fontFamily: palette("font") };
  const axis = (part: Part, value: boolean): Part => ({
    axisTick: { show: false },
    axisLine: { show: !value, lineStyle: { color: palette("line-2") } },
    splitLine: { show: value, lineStyle: { color: palette("c-grid") } },
    ...(value ? { position: "right", splitNumber: 4 } : {}),
    ...part,
    axisLabel: { ...words, ...(part["axisLabel"] as Part | undefined) },
  });
  const axes = (given: unknown) => list(given).map((part) => axis(part, part["type"] === "value" || part["type"] === "log"));
  const series = list(option["series"]).map((one) => one["type"] === "line"
    ? { showSymbol: false, smooth: false, ...one, lineStyle: { width: 1.6, ...(one["lineStyle"] as Part | undefined) } }
    : one["type"] === "bar" ? { barMaxWidth: 12, ...one, itemStyle: { borderRadius: 1, ...(one["itemStyle"] as Part | undefined) } } : one);
  return {
    animation: false,
    color: [1, 2, 3, 4, 5, 6, 7, 8].map((n) => palette(`c-${n}`)),
    textStyle: words,
    grid: { left: 4, right: 4, top: 12, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis", confine: true, backgroundColor: palette("bg-pop"), borderWidth: 0, padding: [6, 10],
      textStyle: { color: palette("ink"), fontSize: 12, fontFamily: palette("font") },
      axisPointer: { lineStyle: { color: palette("line-3"), type: "dashed" } },
      ...(option["tooltip"] as Part | undefined),
    },
    ...Object.fromEntries(Object.entries(option).filter(([key]) => !["series", "xAxis", "yAxis", "tooltip"].includes(key))),
    ...(option["xAxis"] ? { xAxis: axes(option["xAxis"]) } : {}),
    ...(option["yAxis"] ? { yAxis: axes(option["yAxis"]) } : {}),
    series,
  };
}
