import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";
import type { EventCondition, EventInfo, FieldCondition, Window } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { ActionMenu, Button, Pop, useFormat } from "../../../ui";
import { compared, freshField, limited, limits, measured, remeasured } from "./grammar";
import { Operand } from "./Operand";
import { OpPart, type TokenProps } from "./Token";
import { complete } from "./tree";
import { useSay } from "../useSay";
import { AddLimit, useSayWhere, Where } from "./Where";

/** Something somebody did: what restricts it, what is measured of it, and when. */
export function EventToken({ is, fields, onChange, start }: TokenProps<EventCondition>) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const say = useSay();
  const [fresh, setFresh] = useState(-1);
  const event = fields.events.find((each) => each.name === is.event);
  const name = event?.label[language] ?? is.event;
  const of = measured(event, is.measure);
  const limit = limits(is);
  const [nested, setNested] = useState(false);
  const sayWhere = useSayWhere();
  const tree = event && <Where event={event} is={is.where} onDone={() => setNested(false)} onChange={(where) => { const rest = { ...is }; delete rest.where; onChange(where ? { ...rest, where } : rest); }} />;
  const propertyOf = (measure: string) => event?.properties.find((each) => each.name === measure.split(":")[1])?.label[language];
  const put = (join: "all" | "any", list: FieldCondition[]) => onChange(limited(is, join, list));
  const label = `${name} ${say.measure(is.measure, propertyOf(is.measure))}`;
  return (
    <>
      <span className="tok">
        <span className="f"><span className="verb">{t("builder.did")}</span> {name}</span>
        {limit === null && is.where && (
          <button type="button" className={complete(is) ? "limit-part cut" : "limit-part cut open"} title={sayWhere(event, is.where)} aria-label={t("builder.limitOf", { limit: sayWhere(event, is.where) })} onClick={() => setNested(true)}>{sayWhere(event, is.where)}</button>
        )}
        {limit?.of.map((each, at) => (
          <Fragment key={at}>
            <LimitPart event={event} is={each} start={at === fresh} or={limit.join === "any" && at > 0}
              onChange={(to) => put(limit.join, limit.of.map((one, index) => (index === at ? to : one)))}
              onRemove={() => { setFresh(-1); put(limit.join, limit.of.filter((_, index) => index !== at)); }} />
          </Fragment>
        ))}
        <ActionMenu items={(event?.measures ?? ["count"]).map((measure) => ({ key: measure, label: say.measure(measure, propertyOf(measure)), onSelect: () => onChange(remeasured(is, event, measure)) }))}>
          <button type="button" aria-label={t("builder.measureOf", { field: name, measure: say.measure(is.measure, propertyOf(is.measure)) })}>{say.measure(is.measure, propertyOf(is.measure))}</button>
        </ActionMenu>
        <OpPart name={label} of={of} op={is.op} onPick={(op) => onChange(compared(is, of, op))} />
        <Operand of={of} op={is.op} value={is.value} onChange={(value) => onChange({ ...is, value })} start={start} label={label} />
        <WindowPart name={name} is={is.window} ends={is.measure === "ratio"} onChange={(window) => onChange({ ...is, window })} />
      </span>
      {event && limit?.of.length === 0 && (
        <AddLimit event={event} onPick={(key) => { const property = event.properties.find((each) => each.name === key); if (property) { setFresh(0); put("all", [freshField(property)]); } }}>
          <Button look="bare" icon="plus" className="more" aria-label={t("builder.limit")} title={t("builder.limit")} />
        </AddLimit>
      )}
      {event && limit?.of.length !== 0 && (
        <Pop placement="bottomLeft" open={nested} onOpenChange={setNested} title={t("builder.limitsOf", { name })} content={() => tree}>
          <Button look="bare" icon="edit" className="more" aria-label={t("builder.limits")} title={t("builder.limits")} />
        </Pop>
      )}
    </>
  );
}

function LimitPart({ event, is, onChange, onRemove, start, or }: { event: EventInfo | undefined; is: FieldCondition; onChange: (is: FieldCondition) => void; onRemove: () => void; start: boolean; or: boolean }) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const say = useSay();
  const of = event?.properties.find((each) => each.name === is.field);
  const [open, setOpen] = useState(start);
  if (!of) return <span>{is.field}</span>;
  const name = of.label[language];
  const value = say.value(of, is.op, is.value);
  const bare = is.op === "is_set" || is.op === "is_not_set";
  return (
    <Pop placement="bottomLeft" open={open} onOpenChange={setOpen} title={name} content={(close) => (
      <div className="limit">
        <span className="tok">
          <OpPart name={name} of={of} op={is.op} onPick={(op) => onChange(compared(is, of, op))} />
          <Operand of={of} op={is.op} value={is.value} onChange={(to) => onChange({ ...is, value: to })} start={start} label={name} />
        </span>
        <div className="row"><Button onClick={close}>{t("builder.done")}</Button><Button look="bare" icon="x" onClick={onRemove}>{t("builder.dropLimit")}</Button></div>
      </div>
    )}>
      <button type="button" className={complete(is) ? "limit-part" : "limit-part open"} aria-label={t("builder.limitOf", { limit: `${name} ${say.op(of, is.op)} ${value}` })}>
        {or && <span className="verb">{t("builder.or")} </span>}{name} {say.op(of, is.op)} {!bare && <b>{value || t("builder.choose")}</b>}
      </button>
    </Pop>
  );
}

/** When it counts: the last days with today among them, between two days, or ever. */
export function WindowPart({ name, is, ends, onChange }: { name: string; is: Window; ends: boolean; onChange: (window: Window) => void }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const say = useSay();
  const today = format.today();
  const monthAgo = format.dayOf(Date.parse(`${today}T00:00:00Z`) - 30 * 86_400_000);
  const days = "last_days" in is ? is.last_days : 365;
  const quick = [7, 30, 90, 180, 365];
  return (
    <Pop placement="bottomLeft" title={t("window.title")} content={(close) => (
      <div className="window">
        <div className="chips">{quick.map((n) => <button key={n} type="button" className={"last_days" in is && is.last_days === n ? "chip on" : "chip"} onClick={() => { onChange({ last_days: n }); close(); }}>{t("window.last", { days: format.count(n) })}</button>)}
          {!ends && <button type="button" className={"all_time" in is ? "chip on" : "chip"} onClick={() => { onChange({ all_time: true }); close(); }}>{t("window.all")}</button>}</div>
        <label className="row">{t("window.lastDays")}<input className="input" type="number" min={1} max={36500} defaultValue={days} onChange={(event) => { const n = Math.round(event.target.valueAsNumber); if (n >= 1) onChange({ last_days: n }); }} /></label>
        <div className="row">
          <input className="input" type="date" aria-label={t("window.from")} value={"from" in is ? is.from : ""} onChange={(event) => event.target.value && onChange({ from: event.target.value, to: "from" in is && is.to >= event.target.value ? is.to : today })} />
          {"–"}
          <input className="input" type="date" aria-label={t("window.to")} value={"from" in is ? is.to : ""} onChange={(event) => event.target.value && onChange({ from: "from" in is && is.from <= event.target.value ? is.from : monthAgo < event.target.value ? monthAgo : event.target.value, to: event.target.value })} />
        </div>
      </div>
    )}>
      <button type="button" aria-label={t("builder.windowOf", { field: name, window: say.window(is) })}>{say.window(is)}</button>
    </Pop>
  );
}
