import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { EventInfo, FunnelStepDraft } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Button, Icon, Pop } from "../../../ui";
import { Picker } from "./Picker";
import { useSayWhere, Where } from "./Where";

/** Things done, in order where they are numbered, each with its limits. */
export function Steps({ label, events, steps, numbered, onChange, add }: { label: string; events: EventInfo[]; steps: FunnelStepDraft[]; numbered?: boolean; onChange: (steps: FunnelStepDraft[]) => void; add: string }) {
  const { t } = useTranslation("behaviour");
  const language = useLanguage();
  const put = (at: number, step: FunnelStepDraft) => onChange(steps.map((each, index) => (index === at ? step : each)));
  const move = (at: number, by: number) => { const to = [...steps]; const [one] = to.splice(at, 1); if (one) to.splice(at + by, 0, one); onChange(to); };
  return (
    <div className="steps">
      <h3>{label}</h3>
      <ol>
        {steps.map((step, at) => {
          const event = events.find((each) => each.name === step.event);
          return (
            <li key={`${at}${step.event}`} className="st">
              {numbered && <span className="n">{at + 1}</span>}
              <StepToken event={event} step={step} onChange={(to) => put(at, to)} />
              {numbered && at > 0 && <Button look="bare" icon="up" aria-label={t("funnel.earlier", { name: event?.label[language] ?? step.event })} title={t("funnel.earlierShort")} onClick={() => move(at, -1)} />}
              <Button look="bare" icon="x" aria-label={t("funnel.remove", { name: event?.label[language] ?? step.event })} title={t("funnel.removeShort")} onClick={() => onChange(steps.filter((_, index) => index !== at))} />
            </li>
          );
        })}
        {steps.length < 12 && (
          <li className="st">
            <Pop placement="bottomLeft" content={(close) => <Picker label={add} options={events.map((each) => ({ key: each.name, label: each.label[language] }))} onDone={close} onPick={(event) => onChange([...steps, { event }])} />}>
              <Button look="link"><Icon name="plus" small />{add}</Button>
            </Pop>
          </li>
        )}
      </ol>
    </div>
  );
}

function StepToken({ event, step, onChange }: { event: EventInfo | undefined; step: FunnelStepDraft; onChange: (step: FunnelStepDraft) => void }) {
  const { t } = useTranslation("behaviour");
  const language = useLanguage();
  const sayWhere = useSayWhere();
  const [open, setOpen] = useState(false);
  const name = event?.label[language] ?? step.event;
  return (
    <>
      <span className="tok"><span className="f">{name}</span>{step.where && <button type="button" className="limit-part cut" title={sayWhere(event, step.where)} onClick={() => setOpen(true)}>{sayWhere(event, step.where)}</button>}</span>
      {event && (
        <Pop placement="bottomLeft" open={open} onOpenChange={setOpen} title={name} content={() => <Where event={event} is={step.where} onDone={() => setOpen(false)} onChange={(where) => onChange(where ? { event: step.event, where } : { event: step.event })} />}>
          <Button look="bare" icon={step.where ? "edit" : "plus"} aria-label={t("funnel.limit", { name })} title={t("funnel.limitShort")} />
        </Pop>
      )}
    </>
  );
}
