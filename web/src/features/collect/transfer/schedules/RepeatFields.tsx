import { useTranslation } from "react-i18next";
import type { Repeat } from "../../../../api";
import { useSession } from "../../../../app/session";
import { Field, TextField } from "../../../../ui";

const minutes = [5, 15, 30, 60, 120, 360, 720];

/** When: regularly, at a time of every day, or on one day a week. */
export function RepeatFields({ value, onChange, faults }: { value: Repeat; onChange: (to: Repeat) => void; faults: Record<string, string> }) {
  const { t } = useTranslation("schedule");
  const zone = useSession().workspace.time_zone;
  const kind = value.every_minutes ? "everyMinutes" : value.weekday ? "weekly" : "daily";
  const pick = { everyMinutes: { every_minutes: 60 }, daily: { at: value.at ?? "02:00" }, weekly: { at: value.at ?? "02:00", weekday: 1 } };
  const said = (n: number) => (n % 60 === 0 ? t("repeat.hours", { count: n / 60 }) : t("repeat.minutes", { count: n }));
  return (
    <fieldset className="own">
      <legend>{t("form.repeat")}</legend>
      <div className="seg" role="group" aria-label={t("form.repeat")}>
        {(["everyMinutes", "daily", "weekly"] as const).map((each) => <button key={each} type="button" aria-pressed={kind === each} onClick={() => onChange(pick[each])}>{t(`form.${each}`)}</button>)}
      </div>
      {kind === "everyMinutes" ? (
        <Field label={t("form.every")} fault={faults["repeat.every_minutes"]}>
          {(attributes) => <select className="input" name="repeat.every_minutes" value={value.every_minutes} onChange={(event) => onChange({ every_minutes: Number(event.target.value) })} {...attributes}>{[...new Set([...minutes, value.every_minutes ?? 60])].sort((a, b) => a - b).map((n) => <option key={n} value={n}>{said(n)}</option>)}</select>}
        </Field>
      ) : (
        <div className="two">
          {kind === "weekly" && (
            <Field label={t("form.weekday")}>
              {(attributes) => <select className="input" value={value.weekday} onChange={(event) => onChange({ ...value, weekday: Number(event.target.value) })} {...attributes}>{(["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const).map((day, at) => <option key={day} value={at + 1}>{t(`weekday.${day}`)}</option>)}</select>}
            </Field>
          )}
          <TextField name="repeat.at" type="time" label={t("form.at")} hint={t("form.zone", { zone })} value={value.at ?? ""} onChange={(event) => onChange({ ...value, at: event.target.value })} faults={faults} />
        </div>
      )}
    </fieldset>
  );
}
