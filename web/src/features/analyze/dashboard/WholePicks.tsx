import { useTranslation } from "react-i18next";
import type { Days } from "../../../api";
import { Button, Icon, Pop, useFormat, useSend } from "../../../ui";

const spans = ["last_7_days", "last_30_days", "last_90_days", "last_12_months", "this_month", "last_month", "this_quarter", "last_quarter", "this_year", "last_year"] as const;

/** What days are called. */
export function useDaysName() {
  const { t } = useTranslation("dashboard");
  const { t: say } = useTranslation("report");
  const format = useFormat();
  return (days: Days): string => (days.span ? say(`span.${days.span as (typeof spans)[number]}`) : days.from && days.to ? say("range", { from: format.monthDay(days.from), to: format.monthDay(days.to) }) : t("ownDays"));
}

/** Over which days the whole is read; without any each tile has its own. */
export function DaysPick({ days, onPick }: { days: Days; onPick: (days: Days) => void }) {
  const { t } = useTranslation("dashboard");
  const { t: metrics } = useTranslation("analyze");
  const name = useDaysName();
  return (
    <Pop placement="bottomRight" content={(close) => (
      <div className="period">
        <div className="chips">
          {[{}, ...spans.map((span) => ({ span }))].map((each) => { const on = name(each) === name(days); return <button key={name(each)} type="button" className={on ? "chip on" : "chip"} aria-pressed={on} onClick={() => { onPick(each); close(); }}>{name(each)}</button>; })}
        </div>
        <OwnDays days={days} label={[metrics("metrics.period.from"), metrics("metrics.period.to"), metrics("metrics.period.apply")]} onPick={(to) => { onPick(to); close(); }} />
      </div>
    )}>
      <button type="button" className="btn md" aria-label={`${t("days")} ${name(days)}`}>{name(days)}<Icon name="down" small /></button>
    </Pop>
  );
}

function OwnDays({ days, label, onPick }: { days: Days; label: string[]; onPick: (days: Days) => void }) {
  const { form } = useSend(({ text }) => {
    const [from, to] = [text("from"), text("to")].sort();
    if (from && to) onPick({ from, to });
    return Promise.resolve();
  });
  return (
    <form className="row" {...form}>
      <input className="input" type="date" name="from" defaultValue={days.from} aria-label={label[0]} required />–
      <input className="input" type="date" name="to" defaultValue={days.to} aria-label={label[1]} required />
      <Button type="submit">{label[2]}</Button>
    </form>
  );
}
