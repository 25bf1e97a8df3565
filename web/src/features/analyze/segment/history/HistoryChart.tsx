import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { RuleChanged, SegmentHistory } from "../../../../api";
import { useLanguage } from "../../../../app/i18n";
import { Chart, useFormat } from "../../../../ui";

/** Members day by day as a line, who entered and who left as bars; days on which the condition was changed are marked. A press chooses a day. */
export function HistoryChart({ of, onDay }: { of: SegmentHistory; onDay: (day: string) => void }) {
  const { t } = useTranslation("moved");
  const language = useLanguage();
  const format = useFormat();
  const changed = (change: RuleChanged) => (change.what !== "condition" ? t(change.what) : change.hidden ? t("changedHidden") : change.before ? t("changedBefore", { before: change.before[language].replaceAll("**", "") }) : t("changed"));
  const option = useCallback((palette: (token: string) => string) => ({
    grid: { left: 4, right: 8, top: 16, bottom: 4, containLabel: true },
    tooltip: {
      extraCssText: "max-width: 320px; white-space: normal",
      formatter: (given: unknown) => {
        const day = of.days[(given as { dataIndex: number }[])[0]?.dataIndex ?? 0];
        if (!day) return "";
        return [`${format.fullDay(day.day)}　<b>${day.members === null ? "—" : format.count(day.members)}</b>`, `${t("entered")} <b>${format.count(day.entered)}</b>　${t("left")} <b>${format.count(day.left)}</b>`, ...(day.changes ?? []).map((each) => escaped(changed(each)))].join("<br>");
      },
    },
    xAxis: { type: "category", data: of.days.map((each) => each.day), axisLabel: { formatter: format.monthDay, hideOverlap: true } },
    yAxis: [
      { type: "value", scale: true, min: 0, minInterval: 1, axisLabel: { formatter: (value: number) => format.count(value) } },
      { type: "value", show: false, splitLine: { show: false }, ...room(of) },
    ],
    series: [
      { type: "bar", name: t("entered"), stack: "moves", yAxisIndex: 1, itemStyle: { color: palette("c-2") }, data: of.days.map((each) => each.entered) },
      { type: "bar", name: t("left"), stack: "moves", yAxisIndex: 1, itemStyle: { color: palette("c-alert"), opacity: 0.75 }, data: of.days.map((each) => -each.left) },
      {
        type: "line", name: t("members"), step: "end", connectNulls: false, z: 3, lineStyle: { color: palette("c-1") }, itemStyle: { color: palette("c-1") }, triggerLineEvent: false, showSymbol: true,
        data: of.days.map((each, at) => ({ value: each.members, symbol: each.changes ? "diamond" : at === of.days.length - 1 ? "circle" : "none", symbolSize: each.changes ? 9 : 5, itemStyle: { color: palette("c-1") } })),
        markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: palette("line-3"), type: "dashed" }, data: of.days.filter((each) => each.changes).map((each) => ({ xAxis: each.day })) },
      },
    ],
    // eslint-disable-next-line react-hooks/exhaustive-deps -- all of it follows from the answer and the language
  }), [of, language]);
  return (
    <Chart height={240} file={`segment_history_${of.from}_${of.to}`} label={t("chartLabel", { from: of.from, to: of.to })} option={option}
      onPick={({ index }) => { const day = of.days[index]; if (day) onDay(day.day); }}
      table={{ heads: [t("day"), t("members"), t("entered"), t("left")], rows: of.days.map((each) => [each.day, each.members, each.entered, each.left]), say: (value) => format.count(value) }} />
  );
}

/** The bars take the lower third, so that the line stays free of them. */
function room(of: SegmentHistory) {
  const most = Math.max(1, ...of.days.map((each) => Math.max(each.entered, each.left)));
  return { min: -1.2 * most, max: 5 * most };
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
