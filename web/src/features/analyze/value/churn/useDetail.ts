import { useTranslation } from "react-i18next";
import type { ChurnUnit } from "../../../../api";
import { useFormat } from "../../../../ui";

/** A detail of a customer in the reader's words: about 46 days, ¥230, female. */
export function useDetail() {
  const { t, i18n } = useTranslation("analyze");
  const format = useFormat();
  return (of: { feature: string; unit?: ChurnUnit }, is: { value: number | null; level?: string }): string => {
    const { value, level } = is;
    if (value === null) {
      if (!level) return t("churn.unknown");
      return i18n.exists(`customer:${of.feature}.${level}`) ? i18n.t(`customer:${of.feature}.${level}` as "customer:gender.female") : level;
    }
    switch (of.unit) {
      case "days": return value < 10 && !Number.isInteger(value) ? t("churn.daysOf", { n: format.decimal(value, 1) }) : format.days(value);
      case "share": return format.share(value, 0);
      case "money": return format.money({ amount: Math.round(value), currency: format.currency });
      case "times": return t("churn.times", { n: format.decimal(value, 1) });
      default: return format.decimal(value, 1);
    }
  };
}
