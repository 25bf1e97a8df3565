import { useTranslation } from "react-i18next";
import type { Alert, AlertRule } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useQuery } from "@tanstack/react-query";
import { useFormat } from "../../../ui";
import { boardQuery } from "../queries";
import { useFigure } from "../conditionParts";

/** Puts rules and alerts into words. */
export function useAlertWords() {
  const { t } = useTranslation("alert");
  const language = useLanguage();
  const format = useFormat();
  const figure = useFigure();
  const board = useQuery({ ...boardQuery({}), staleTime: 300_000 });
  const metric = (name: string | undefined) => board.data?.items.find((each) => each.name === name);

  /** What a rule says: net sales of 7 days fell by 30% or more. */
  const rule = ({ watches, fires, sentence, segment }: Pick<AlertRule, "watches" | "fires" | "sentence" | "segment">): string => {
    if (watches.kind === "customers") return sentence?.[language].replaceAll("**", "") ?? t("say.customers");
    const of = metric(watches.metric);
    const unit = of?.unit ?? "count";
    const name = watches.kind === "segment" ? t(`measure.${watches.measure ?? "count"}`, { name: segment?.name ?? "" }) : [of?.label[language] ?? watches.metric, watches.split_value, segment?.name].filter(Boolean).join(" · ");
    const value = fires.when === "rose" || fires.when === "fell" ? format.share(fires.value ?? 0) : figure.value(unit, fires.value ?? 0);
    return [t(`say.${fires.when}`, { name, value, days: watches.days ?? 1 }), (watches.days ?? 1) > 1 ? t("say.of", { days: watches.days }) : "", (fires.hold ?? 1) > 1 ? t("say.hold", { days: fires.hold }) : "", fires.least ? t("say.least", { n: format.count(fires.least) }) : ""].filter(Boolean).join(t("say.join"));
  };

  /** What was found: fell from 1,200 to 640. */
  const finding = ({ evidence: of, fires, kind }: Alert): string => {
    if (of.late) {
      const said = { source: of.late.source?.name, at: format.when(of.late.since), span: format.span(of.late.expected_hours * 60), name: of.label[language] };
      return of.late.source ? t("late.found", said) : t("late.foundColumns", said);
    }
    if (kind === "customers") return of.standing?.filter((each) => each.holds).map((each) => `${each.clause[language].replaceAll("**", "")}${t("say.now", { value: each.value[language] })}`).join(t("say.join")) ?? "";
    const unit = of.unit ?? "count";
    const value = figure.value(unit, of.value);
    if (fires.when === "rose" || fires.when === "fell") return t("found.change", { value, before: figure.value(unit, of.before), by: of.before ? format.change(((of.value ?? 0) - of.before) / of.before) : "—" });
    if (of.low != null && of.high != null) return t("found.outside", { value, low: figure.value(unit, of.low), high: figure.value(unit, of.high) });
    if (of.low != null) return t("found.below", { value, line: figure.value(unit, of.low) });
    return t("found.above", { value, line: figure.value(unit, of.high) });
  };
  /** What an alert is called: its rule, or the source whose data has not come. */
  const title = (of: Alert): string => of.evidence.late ? t("late.title", { source: of.evidence.late.source?.name ?? t("late.columns") }) : of.rule.name;
  return { rule, finding, title, metric, metrics: board.data?.items ?? [] };
}
