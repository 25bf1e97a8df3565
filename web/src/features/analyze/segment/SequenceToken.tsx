import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import type { SequenceCondition } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { ActionMenu } from "../../../ui";
import type { TokenProps } from "./Token";
import { useSay } from "../useSay";
import { useSayWhere } from "./Where";

const withins = [1, 3, 7, 14, 30, 60, 90];

/** Things done one after the other: which, within how long, and without what. Steps are put together in a funnel. */
export function SequenceToken({ is, fields, onChange }: TokenProps<SequenceCondition>) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const say = useSay();
  const sayWhere = useSayWhere();
  const named = (step: SequenceCondition["sequence"][number]) => {
    const event = fields.events.find((each) => each.name === step.event);
    return { name: event?.label[language] ?? step.event, limit: step.where && sayWhere(event, step.where) };
  };
  return (
    <span className="tok">
      {is.sequence.map((step, at) => {
        const { name, limit } = named(step);
        return <Fragment key={at}><span className="f"><span className="verb">{at ? t("builder.then") : t("builder.firstDid")}</span> {name}</span>{limit && <span className="limit-part cut" title={limit}>{limit}</span>}</Fragment>;
      })}
      <ActionMenu items={withins.map((n) => ({ key: String(n), label: t("builder.withinDays", { count: n }), onSelect: () => onChange({ ...is, within_days: n }) }))}>
        <button type="button">{t("builder.withinDays", { count: is.within_days })}</button>
      </ActionMenu>
      {is.without?.map((step, at) => <span key={at} className="limit-part cut">{t("builder.notBetween", { name: named(step).name })}</span>)}
      {is.window && <span className="dim">{say.window(is.window)}</span>}
    </span>
  );
}
