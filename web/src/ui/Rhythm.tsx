import { useTranslation } from "react-i18next";
import type { Rhythm as Orders } from "../api/today";
import { useFormat } from "./FormatContext";
import { layRhythm } from "./rhythmPlan";

/**
 * The order rhythm: one bar per order of the last twelve months, a dashed bar where the next should have come,
 * and the tinted gap since then. From 96 × 24 in a list to full width on a page; small ones carry no words.
 */
export function Rhythm({ of, width, height }: { of: Orders; width: number; height: number }) {
  const { t } = useTranslation("ui");
  const format = useFormat();
  const worded = height >= 48;
  const plan = layRhythm(of, format.today(), width, height, worded);
  const overdue = plan.overdueDays;
  const due = of.due_day ? format.monthDay(of.due_day) : "";
  const label =
    (of.cycle_days ? t("rhythm.label", { window: t("rhythm.window"), orders: plan.bars.length, cycle: Math.round(of.cycle_days) }) : t("rhythm.labelPlain", { window: t("rhythm.window"), orders: plan.bars.length })) +
    (due ? t("rhythm.dueLabel", { due }) : "") + (overdue > 0 ? t("rhythm.overdueLabel", { overdue }) : "");
  const { base, top, now } = plan;
  return (
    <svg className="rhythm" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={label}>
      {plan.gap && <rect x={plan.gap.x} y={top} width={plan.gap.width} height={base - top} style={{ fill: "var(--danger-bg)" }} />}
      <line x1="0" x2={width} y1={base + 0.5} y2={base + 0.5} style={{ stroke: "var(--line-2)" }} />
      {plan.bars.map((bar, at) => (
        <rect key={at} x={bar.x} y={base - bar.height} width={plan.thick} height={bar.height} rx="1" style={{ fill: "var(--c-1)" }}>
          {worded && <title>{t("rhythm.order", { day: format.monthDay(bar.day), amount: format.money(bar.amount) })}</title>}
        </rect>
      ))}
      {plan.expected && !worded && (
        <line x1={plan.expected.x + 1} x2={plan.expected.x + 1} y1={base - plan.expected.height} y2={base} style={{ stroke: overdue > 0 ? "var(--danger-mark)" : "var(--line-3)", strokeDasharray: "2 2" }} />
      )}
      {plan.expected && worded && (
        <rect x={plan.expected.x} y={base - plan.expected.height} width={plan.thick} height={plan.expected.height} rx="1"
          style={{ fill: "var(--bg)", stroke: overdue > 0 ? "var(--danger-mark)" : "var(--line-3)", strokeDasharray: "2 2" }} />
      )}
      {overdue > 0 && <line x1={now} x2={now} y1={top} y2={base} style={{ stroke: "var(--danger-mark)" }} />}
      {worded && (
        <>
          {overdue > 0 && <text x={now} y="13" fontSize="12" textAnchor="end" style={{ fill: "var(--danger)" }}>{t("rhythm.overdue", { due, overdue })}</text>}
          {overdue <= 0 && due && <text x={width} y="13" fontSize="12" textAnchor="end" style={{ fill: "var(--ink-3)" }}>{t("rhythm.upcoming", { due })}</text>}
          {plan.months.map((month) => (
            <g key={month.day}>
              <line x1={month.x} x2={month.x} y1={base} y2={base + 4} style={{ stroke: "var(--line-2)" }} />
              <text x={month.x} y={height - 2} fontSize="12" style={{ fill: "var(--ink-3)" }}>{format.month(month.day)}</text>
            </g>
          ))}
          <text x={now} y={height - 2} fontSize="12" textAnchor="end" style={{ fill: "var(--ink-2)" }}>{t("rhythm.today")}</text>
        </>
      )}
    </svg>
  );
}
