import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { setQualitySchedule, type QualityRun, type QualitySchedule } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Button, DataList, Field, Section, useFormat, useSend, useToast, type Column } from "../../../ui";
import { rulesQuery, runsQuery, scheduleQuery } from "./queries";
import { useScore } from "./ScoreHead";

/** When all records are searched by themselves, and what each search found. */
export function Runs() {
  const { t } = useTranslation("quality");
  const format = useFormat();
  const score = useScore();
  const search = useSearch({ from: "/shell/quality" });
  const navigate = useNavigate({ from: "/quality" });
  const answer = useQuery(runsQuery(search.cursor));
  const schedule = useQuery(scheduleQuery);
  const [open, setOpen] = useState<string>();
  const shown = answer.data?.items.find((each) => each.id === open) ?? answer.data?.items.find((each) => each.state === "done");
  const columns: Column<QualityRun>[] = [
    { key: "at", head: t("run.at"), cell: (row) => <Button look="link" aria-pressed={row.id === shown?.id} onClick={() => setOpen(row.id)}>{format.when(row.created_at)}</Button> },
    { key: "by", head: t("run.by"), hide: "phone", cell: (row) => t(row.scheduled ? "run.scheduled" : "run.manual") },
    { key: "score", head: t("score.title"), num: true, cell: (row) => score(row.score) },
    { key: "findings", head: t("group.what"), num: true, cell: (row) => (row.state === "done" ? format.count(row.findings) : t(`run.state.${row.state}`)) },
    { key: "new", head: t("run.new"), num: true, cell: (row) => (row.new ? <span className="danger">+{format.count(row.new)}</span> : "—") },
    { key: "solved", head: t("run.solved"), num: true, cell: (row) => (row.solved ? <span className="ok">−{format.count(row.solved)}</span> : "—") },
    { key: "customers", head: t("run.customers"), num: true, hide: "narrow", cell: (row) => format.count(row.customers) },
    { key: "took", head: t("run.took"), num: true, hide: "phone", cell: (row) => (row.took_ms == null ? "—" : t("run.seconds", { n: format.decimal(row.took_ms / 1000, 1) })) },
  ];
  return (
    <div className="body runs" tabIndex={0}>
      {schedule.data && <ScheduleForm key={JSON.stringify(schedule.data)} of={schedule.data} />}
      <div className="split">
        <div><DataList label={t("tab.runs")} answer={answer} columns={columns} rowKey={(row) => row.id} onOpen={(row) => setOpen(row.id)} trail={search.cursor ? [search.cursor] : []} onTrail={(trail) => void navigate({ search: (now) => ({ ...now, cursor: trail.at(-1) }) })} empty={t("run.none")} /></div>
        {shown && <Report of={shown} />}
      </div>
    </div>
  );
}

/** What one search found by rule: new ones first. */
function Report({ of }: { of: QualityRun }) {
  const { t } = useTranslation("quality");
  const format = useFormat();
  const language = useLanguage();
  const rules = useQuery(rulesQuery);
  const named = new Map(rules.data?.items.map((each) => [each.key, each.label[language]]));
  const rows = [...of.rules].sort((a, b) => b.new - a.new || b.solved - a.solved || b.count - a.count);
  return (
    <aside className="parts">
      <Section title={t("run.report", { at: format.when(of.created_at) })}>
        {rows.length === 0 ? <p className="dim">{t("run.clean")}</p> : (
          <table>
            <thead><tr><th scope="col">{t("rule.rule")}</th><th scope="col" className="num">{t("group.count")}</th><th scope="col" className="num">{t("run.new")}</th><th scope="col" className="num">{t("run.solved")}</th></tr></thead>
            <tbody>{rows.map((row) => <tr key={row.rule}><th scope="row">{named.get(row.rule) ?? row.rule}</th><td className="num">{format.count(row.count)}</td><td className="num">{row.new ? `+${format.count(row.new)}` : "—"}</td><td className="num">{row.solved ? `−${format.count(row.solved)}` : "—"}</td></tr>)}</tbody>
          </table>
        )}
      </Section>
    </aside>
  );
}

function ScheduleForm({ of }: { of: QualitySchedule }) {
  const { t } = useTranslation("quality");
  const may = useCan()("findings.write");
  const client = useQueryClient();
  const { say } = useToast();
  const [now, setNow] = useState(of);
  const take = async (next: QualitySchedule) => client.setQueryData(scheduleQuery.queryKey, await setQualitySchedule(next));
  const { busy, fault, form } = useSend(async () => { await take(now); say({ text: t("schedule.saved"), undo: () => take(of) }); });
  const changed = JSON.stringify(now) !== JSON.stringify(of);
  return (
    <form className="schedule" {...form}>
      <label className="tick"><input type="checkbox" checked={now.active} disabled={!may} onChange={(event) => setNow({ ...now, active: event.target.checked })} /> {t("schedule.active")}</label>
      <Field label={t("schedule.every")}>{(attributes) => <select className="input" value={now.every} disabled={!may || !now.active} onChange={(event) => setNow({ ...now, every: event.target.value as "day" })} {...attributes}><option value="day">{t("schedule.day")}</option><option value="week">{t("schedule.week")}</option></select>}</Field>
      {now.every === "week" && <Field label={t("schedule.weekday")}>{(attributes) => <select className="input" value={now.weekday} disabled={!may || !now.active} onChange={(event) => setNow({ ...now, weekday: Number(event.target.value) })} {...attributes}>{(["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const).map((day, at) => <option key={day} value={at + 1}>{t(`schedule.days.${day}`)}</option>)}</select>}</Field>}
      <Field label={t("schedule.hour")}>{(attributes) => <select className="input" value={now.hour} disabled={!may || !now.active} onChange={(event) => setNow({ ...now, hour: Number(event.target.value) })} {...attributes}>{Array.from({ length: 24 }, (_, hour) => <option key={hour} value={hour}>{String(hour).padStart(2, "0")}:00</option>)}</select>}</Field>
      {may && changed && <Button look="fill" size="md" type="submit" busy={busy}>{t("schedule.save")}</Button>}
      {fault && <p className="fault" role="alert">{fault}</p>}
    </form>
  );
}
