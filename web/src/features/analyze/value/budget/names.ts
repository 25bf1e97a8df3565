import { useTranslation } from "react-i18next";
import type { BudgetCell, BudgetKey, BudgetPlace } from "../../../../api";
import { useLanguage } from "../../../../app/i18n";
import { useFormat } from "../../../../ui";

/** A cell that money can be moved from or to; null for those together with others. */
export const placeOf = (cell: BudgetCell): BudgetPlace | null => (cell.group && !cell.group.other && cell.goods?.key ? { group: cell.group.key, goods: cell.goods.key } : null);
export const samePlace = (a: BudgetPlace, b: BudgetPlace) => a.group === b.group && a.goods === b.goods;
export const keyOf = (key: BudgetKey | undefined) => (!key ? "all" : key.other ? "other" : key.key === null ? "unset" : `is ${key.key}`);

/** What groups, goods and cells are called. */
export function useNames() {
  const { t } = useTranslation("budget");
  const language = useLanguage();
  const key = (of: BudgetKey | undefined, all: string) => (!of ? all : of.other ? t("other") : of.key === null ? t("unset") : of.label[language]);
  const group = (cell: BudgetCell) => key(cell.group, t("everybody"));
  const goods = (cell: BudgetCell) => key(cell.goods, t("everything"));
  return { group, goods, pair: (cell: BudgetCell) => `${group(cell)} × ${goods(cell)}` };
}

/** One unit of the workspace's money, as in "each ¥1". */
export function useUnit(): string {
  const format = useFormat();
  return `${format.symbol(format.currency)}1`;
}
