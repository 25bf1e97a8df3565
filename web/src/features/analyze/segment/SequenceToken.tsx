import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SequenceCondition } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Button, Pop } from "../../../ui";
import { WindowPart } from "./EventToken";
import { Steps } from "./Steps";
import type { TokenProps } from "./Token";
import { useSayWhere } from "./Where";

/** How long the steps of a sequence may take at most, in days. */
const LONGEST = 3660;

/** Things done one after the other: which, within how long, without what, and when the first of them. */
export function SequenceToken({ is, fields, onChange, start }: TokenProps<SequenceCondition>) {
  const { t } = useTranslation("analyze");
  const { t: funnel } = useTranslation("behaviour");
  const language = useLanguage();
  const sayWhere = useSayWhere();
  const [open, setOpen] = useState(start);
  const named = (step: SequenceCondition["sequence"][number]) => {
    const event = fields.events.find((each) => each.name === step.event);
    return { name: event?.label[language] ?? step.event, limit: step.where && sayWhere(event, step.where) };
  };
  const without = (steps: SequenceCondition["sequence"]) => {
    const rest = { ...is };
    delete rest.without;
    onChange(steps.length ? { ...rest, without: steps } : rest);
  };
  return (
    <>
      <span className="tok">
        {is.sequence.length === 0 && <button type="button" className="f open" onClick={() => setOpen(true)}>{t("builder.sequence")}</button>}
        {is.sequence.map((step, at) => {
          const { name, limit } = named(step);
          return <Fragment key={at}><span className="f"><span className="verb">{at ? t("builder.then") : t("builder.firstDid")}</span> {name}</span>{limit && <span className="limit-part cut" title={limit}>{limit}</span>}</Fragment>;
        })}
        <span>{t("builder.withinDays", { count: is.within_days })}</span>
        {is.without?.map((step, at) => <span key={at} className="limit-part cut">{t("builder.notBetween", { name: named(step).name })}</span>)}
        <WindowPart name={t("builder.sequence")} is={is.window ?? { all_time: true }} ends={false} onChange={(window) => onChange({ ...is, window })} />
      </span>
      <Pop placement="bottomLeft" open={open} onOpenChange={setOpen} title={t("builder.sequence")} content={(close) => (
        <div className="where rule">
          <Steps label={funnel("funnel.steps")} events={fields.events} steps={is.sequence} numbered add={funnel("funnel.add")} onChange={(sequence) => onChange({ ...is, sequence })} />
          <Steps label={funnel("funnel.without")} events={fields.events} steps={is.without ?? []} add={funnel("funnel.addWithout")} onChange={without} />
          <label className="row">{t("builder.withinLabel")}
            <input className="input" type="number" min={1} max={LONGEST} value={is.within_days} onChange={(event) => { const n = Math.round(event.target.valueAsNumber); if (n >= 1 && n <= LONGEST) onChange({ ...is, within_days: n }); }} />
          </label>
          <div className="row"><Button onClick={close}>{t("builder.done")}</Button></div>
        </div>
      )}>
        <Button look="bare" icon="edit" className="more" aria-label={t("builder.editSequence")} title={t("builder.editSequence")} />
      </Pop>
    </>
  );
}
