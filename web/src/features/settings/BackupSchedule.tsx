import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type BackupSettings, changeBackups } from "../../api";
import { Button, Field, Section, TextField, useSend, useToast } from "../../ui";

const everyMinutes = [0, 5, 15, 60, 360, 1440];
const trialHours = [0, 24, 168];
const kept = ["hours", "days", "weeks", "months"] as const;
const labels = { hours: "keepHours", days: "keepDays", weeks: "keepWeeks", months: "keepMonths" } as const;

/** How often backups are made and tested, and how long they stay. */
export function BackupSchedule({ of, may }: { of: BackupSettings; may: boolean }) {
  const { t } = useTranslation("settings");
  const client = useQueryClient();
  const { say } = useToast();
  const period = (n: number) => t(`backups.period.${String(n) as "0"}`, { defaultValue: t("backups.period.other", { n }) });
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    const number = (name: string) => Number(text(name));
    const next = { every_minutes: number("every_minutes"), trial_hours: number("trial_hours"), keep: { hours: number("keep.hours"), days: number("keep.days"), weeks: number("keep.weeks"), months: number("keep.months") } };
    const take = async (settings: BackupSettings) => client.setQueryData(["backups"], await changeBackups(settings));
    await take(next);
    say({ text: t("backups.saved"), undo: async () => { await take(of); } });
  });
  const choice = (name: "every_minutes" | "trial_hours", label: string, hint: string | undefined, choices: number[]) => (
    <Field label={label} hint={hint} fault={faults[name]}>
      {(attributes) => <select className="input" name={name} defaultValue={of[name]} disabled={!may} {...attributes}>{[...new Set([...choices, of[name]])].sort((a, b) => a - b).map((n) => <option key={n} value={n}>{period(n)}</option>)}</select>}
    </Field>
  );
  return (
    <Section title={t("backups.schedule")} className="narrowform">
      <form key={JSON.stringify(of)} className="form" {...form}>
        <div className="two">
          {choice("every_minutes", t("backups.every"), t("backups.everyHint"), everyMinutes)}
          {choice("trial_hours", t("backups.trial"), undefined, trialHours)}
        </div>
        <div className="four">
          {kept.map((span) => <TextField key={span} name={`keep.${span}`} type="number" min={span === "hours" ? 1 : 0} required label={t(`backups.${labels[span]}`)} defaultValue={of.keep[span]} readOnly={!may} faults={faults} />)}
        </div>
        {fault && <p className="fault" role="alert">{fault}</p>}
        {may && <div><Button look="fill" size="md" type="submit" busy={busy}>{t("backups.save")}</Button></div>}
      </form>
    </Section>
  );
}
