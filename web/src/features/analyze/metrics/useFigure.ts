import { useTranslation } from "react-i18next";
import type { Figure, MetricUnit } from "../../../api";
import { useFormat } from "../../../ui";

/** The number in a figure: minor units of money, else as it is. */
export const amountOf = (figure: Figure | undefined): number | null => (figure == null ? null : typeof figure === "number" ? figure : figure.amount);

/** Values and changes of metrics in the unit they are in. Money comes in minor units. */
export function useFigure() {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const value = (unit: MetricUnit, amount: number | null | undefined): string => {
    if (amount == null) return "—";
    switch (unit) {
      case "money": return format.money({ amount, currency: format.currency });
      case "share": return format.share(amount);
      case "days": return `${format.decimal(amount, 1)} ${t("metrics.days")}`;
      case "seconds": return format.seconds(amount);
      case "ratio": return format.decimal(amount, 2);
      default: return format.short(amount);
    }
  };
  const exact = (unit: MetricUnit, amount: number | null | undefined): string =>
    amount == null ? "" : unit === "money" ? format.moneyExact({ amount, currency: format.currency }) : unit === "share" ? format.share(amount, 3) : format.decimal(amount, 4);
  /** A difference with its sign, in the metric's unit; shares in points. */
  const difference = (unit: MetricUnit, by: number | null | undefined): string =>
    by == null ? "—" : unit === "share" ? format.shareChange(by) : `${by > 0 ? "+" : ""}${value(unit, by)}`;
  /** How far from a reference: shares and days in their unit, the rest in percent of it. */
  const against = (unit: MetricUnit, amount: number | null, reference: number | null | undefined): string => {
    if (amount === null || reference == null) return "—";
    if (unit === "share" || unit === "days") return difference(unit, amount - reference);
    return reference === 0 ? "—" : format.change((amount - reference) / Math.abs(reference));
  };
  /** A size without sign, for sentences: 5.6 个百分点, ¥3,200. */
  const size = (unit: MetricUnit, by: number): string =>
    unit === "share" ? `${format.decimal(Math.abs(by) * 100, 1)} ${t("metrics.points")}` : value(unit, Math.abs(by));
  return { value, exact, difference, against, size };
}
