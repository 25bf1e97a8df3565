import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useCan } from "../../app/session";
import { ActionMenu, Button, Icon, Pop, useFormat, useSend } from "../../ui";
import { segmentsQuery } from "./queries";
import type { Against } from "./metrics/MetricsPage";
import { periods, type PeriodName } from "./metrics/period";

/** Over which days. */
export function PeriodPick({ days, named, onNamed, onDays }: { days: { from: string; to: string }; named: PeriodName | undefined; onNamed: (name: PeriodName) => void; onDays: (from: string, to: string) => void }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const range = days.from === days.to ? format.monthDay(days.from) : t("metrics.period.range", { from: format.monthDay(days.from), to: format.monthDay(days.to) });
  return (
    <Pop placement="bottomRight" content={(close) => (
      <div className="period">
        <div className="chips">{periods.map((each) => <button key={each} type="button" className={each === named ? "chip on" : "chip"} aria-pressed={each === named} onClick={() => { onNamed(each); close(); }}>{t(`metrics.period.${each}`)}</button>)}</div>
        <CustomDays days={days} onDays={(from, to) => { onDays(from, to); close(); }} />
      </div>
    )}>
      <button type="button" className="btn md" aria-label={`${t("metrics.period.label")} ${named ? t(`metrics.period.${named}`) : ""} ${range}`}>{named && t(`metrics.period.${named}`)} <span className={named ? "hide-narrow" : undefined}>{range}</span><Icon name="down" small /></button>
    </Pop>
  );
}

function CustomDays({ days, onDays }: { days: { from: string; to: string }; onDays: (from: string, to: string) => void }) {
  const { t } = useTranslation("analyze");
  const { form } = useSend(({ text }) => {
    const [from, to] = [text("from"), text("to")].sort();
    if (from && to) onDays(from, to);
    return Promise.resolve();
  });
  return (
    <form className="row" {...form}>
      <input className="input" type="date" name="from" defaultValue={days.from} aria-label={t("metrics.period.from")} required />–
      <input className="input" type="date" name="to" defaultValue={days.to} aria-label={t("metrics.period.to")} required />
      <Button type="submit">{t("metrics.period.apply")}</Button>
    </form>
  );
}

/** Beside what. */
export function AgainstPick({ against, onPick }: { against: Against; onPick: (to: Against) => void }) {
  const { t } = useTranslation("analyze");
  return (
    <ActionMenu items={(["expected", "previous"] as const).map((each) => ({ key: each, label: t(`metrics.against.${each}`), onSelect: () => onPick(each) }))}>
      <button type="button" className="btn md hide-phone" aria-label={`${t("metrics.against.label")} ${t(`metrics.against.${against}`)}`}>{t(`metrics.against.${against}`)}<Icon name="down" small /></button>
    </ActionMenu>
  );
}

/** Of whom. */
export function SegmentPick({ segment, onPick }: { segment: string | undefined; onPick: (segment: string | undefined) => void }) {
  const { t } = useTranslation("analyze");
  const can = useCan();
  const { data } = useQuery({ ...segmentsQuery, enabled: can("segments.read") });
  const all = data?.items ?? [];
  if (all.length === 0 && !segment) return null;
  const name = segment ? (all.find((each) => each.id === segment)?.name ?? "…") : t("metrics.segment.all");
  return (
    <ActionMenu items={[{ key: "", label: t("metrics.segment.all"), onSelect: () => onPick(undefined) }, "line", ...all.map((each) => ({ key: each.id, label: each.name, onSelect: () => onPick(each.id) }))]}>
      <button type="button" className="btn md" aria-label={`${t("metrics.segment.label")} ${name}`}>{name}<Icon name="down" small /></button>
    </ActionMenu>
  );
}
