import { useTranslation } from "react-i18next";
import type { Operator, Window } from "../../api";
import { useLanguage } from "../../app/i18n";
import { useFormat } from "../../ui";
import { isNumeric, operandOf, type Compared } from "./segment/grammar";

/** Conditions in the reader's words, piece by piece as tokens show them. */
export function useSay() {
  const { t, i18n } = useTranslation("analyze");
  const { t: ui } = useTranslation("ui");
  const language = useLanguage();
  const format = useFormat();

  /** A value of a closed set. Codes such as "champions" have words of ours; others are as the server says. */
  const choice = (of: { name: string; values?: Compared["values"] }, value: string): string => {
    const name = of.name.replace(".", "_");
    if (i18n.exists(`analyze:value.${name}.${value}`)) return t(`value.${name as "tier"}.${value as "high"}`);
    return of.values?.find((each) => each.value === value)?.label[language] ?? value;
  };

  const one = (of: Compared, op: Operator, value: unknown): string => {
    if (value === undefined || value === null || value === "" || Number.isNaN(value)) return "";
    switch (operandOf(of, op)) {
      case "boolean": return value ? ui("yes") : ui("no");
      case "money": return format.money({ amount: Number(value), currency: (of.type === "money" && of.unit) || format.currency }, "full");
      case "share": return format.share(Number(value));
      case "days": return format.days(Number(value));
      case "percent": return `${format.decimal(Number(value), 2)}%`;
      case "number": return [format.decimal(Number(value), 2), of.unit && (i18n.exists(`analyze:unit.${of.unit}`) ? t(`unit.${of.unit as "days"}`) : of.unit)].filter(Boolean).join(" ");
      default: return choice(of, typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value));
    }
  };

  return {
    choice,
    value: (of: Compared, op: Operator, value: unknown): string => {
      const all = (Array.isArray(value) ? (value as unknown[]) : [value]).map((each) => one(of, op, each)).filter(Boolean);
      return op === "between" ? all.join("–") : all.length > 4 ? t("builder.andMore", { some: all.slice(0, 3).join(t("builder.comma")), n: all.length }) : all.join(t("builder.comma"));
    },
    /** ≥ for numbers, words for the rest. */
    op: (of: Compared, op: Operator): string => t(isNumeric(of) && i18n.exists(`analyze:sign.${op}`) ? `sign.${op as "gte"}` : of.type === "day" || of.type === "instant" ? `dayOp.${op as "gt"}` : of.type === "set" && op === "in" ? "setOp.in" : `op.${op as "eq"}`),
    measure: (measure: string, property?: string): string => {
      const name = measure.split(":")[0] as "count";
      return t(`measure.${name}`, { of: property ?? "" });
    },
    window: (window: Window): string =>
      "last_days" in window ? t("window.last", { days: format.count(window.last_days) }) : "from" in window ? t("window.between", { from: window.from, to: window.to }) : t("window.all"),
  };
}
