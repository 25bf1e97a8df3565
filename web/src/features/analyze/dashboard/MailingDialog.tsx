import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addMailing, changeMailing, type Mailing, type MailingRepeat } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan, useSession } from "../../../app/session";
import { Button, Dialog, Field, Icon, TextField, useIdempotencyKey, useSend, useToast } from "../../../ui";
import { staffQuery } from "../../settings";
import { readyQuery, reportsQuery } from "../report";
import { dashboardsQuery, mailingsQuery, readyDashboardsQuery } from "./queries";

/** What is sent, when and to whom; the subject stays once it is set up. */
export function MailingDialog({ of, subject, onClose }: { of?: Mailing | undefined; subject?: { key: string; name: string }; onClose: () => void }) {
  const { t } = useTranslation("dashboard");
  const can = useCan();
  const me = useSession().staff;
  const toast = useToast();
  const client = useQueryClient();
  const key = useIdempotencyKey();
  const [what, setWhat] = useState(of?.subject ?? subject?.key ?? "");
  const [every, setEvery] = useState<MailingRepeat["every"]>(of?.repeat.every ?? "week");
  const [to, setTo] = useState<string[]>(of?.recipients.map((each) => each.id) ?? (me ? [me.id] : []));
  const staff = useQuery({ ...staffQuery, enabled: can("staff.read") && can("segments.write") });
  const people = (staff.data?.items ?? []).filter((each) => each.active);
  const nameOf = (id: string) => people.find((each) => each.id === id)?.name ?? of?.recipients.find((each) => each.id === id)?.name ?? (me?.id === id ? me.name : id);
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    const repeat: MailingRepeat = { every, at: text("at"), ...(every === "week" && { weekday: Number(text("weekday")) }), ...(every === "month" && { day: Number(text("day")) }) };
    const draft = { name: text("name"), repeat, recipients: to, format: (text("format") || "") as Mailing["format"] };
    const kept = of ? await changeMailing(of.id, of.version, draft) : await addMailing({ ...draft, subject: what }, key({ ...draft, what }));
    await client.invalidateQueries({ queryKey: mailingsQuery.queryKey });
    toast.say({ text: t("saved", { name: kept.name }) });
    onClose();
  });
  const withFile = what.startsWith("report:") || what.startsWith("ready:");
  return (
    <Dialog open onClose={onClose} title={of ? t("mail.change") : t("mail.create")}>
      <form className="stack" {...form}>
        {!of && !subject && <Field label={t("mail.what")} fault={faults["subject"]}>{(attributes) => <Subjects value={what} onPick={setWhat} {...attributes} />}</Field>}
        <TextField name="name" label={t("name")} defaultValue={of?.name ?? subject?.name ?? ""} faults={faults} maxLength={80} required />
        <div className="two">
          <Field label={t("mail.every")}>{(attributes) => <select className="input" value={every} onChange={(event) => setEvery(event.target.value as MailingRepeat["every"])} {...attributes}>{(["day", "week", "month"] as const).map((each) => <option key={each} value={each}>{t(`mail.everyOf.${each}`)}</option>)}</select>}</Field>
          {every === "week" && <Field label={t("mail.onDay")} fault={faults["repeat.weekday"]}>{(attributes) => <select className="input" name="weekday" defaultValue={of?.repeat.weekday ?? 1} {...attributes}>{([1, 2, 3, 4, 5, 6, 7] as const).map((each) => <option key={each} value={each}>{t(`mail.weekday.d${each}`)}</option>)}</select>}</Field>}
          {every === "month" && <TextField name="day" type="number" min={1} max={31} label={t("mail.onDay")} defaultValue={of?.repeat.day ?? 1} faults={faults} />}
          <TextField name="at" type="time" label={t("mail.at")} defaultValue={of?.repeat.at ?? "08:30"} faults={faults} required />
        </div>
        <Field label={t("mail.to")} hint={t("mail.toHint")} fault={faults["recipients"]}>{(attributes) => (
          <div className="stack" {...attributes}>
            <div className="chips">{to.map((id) => <button key={id} type="button" className="chip on" aria-label={t("takeOut", { name: nameOf(id) })} onClick={() => setTo(to.filter((each) => each !== id))}>{nameOf(id)} <Icon name="x" small /></button>)}</div>
            {people.length > 0 && <select className="input" aria-label={t("mail.addPerson")} value="" onChange={(event) => setTo([...to, event.target.value])}><option value="">{t("mail.addPerson")}</option>{people.filter((each) => !to.includes(each.id)).map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}</select>}
          </div>
        )}</Field>
        {can("export") && withFile && <Field label={t("mail.file")} fault={faults["format"]}>{(attributes) => <select className="input" name="format" defaultValue={of?.format ?? ""} {...attributes}><option value="">{t("mail.noFile")}</option><option value="xlsx">XLSX</option><option value="csv">CSV</option></select>}</Field>}
        {fault && <p className="note" role="alert">{fault}</p>}
        <div className="row end"><Button type="submit" look="fill" busy={busy} disabled={!what || to.length === 0}>{t("save")}</Button></div>
      </form>
    </Dialog>
  );
}

function Subjects({ value, onPick, ...attributes }: { value: string; onPick: (to: string) => void; id: string; "aria-invalid": boolean; "aria-describedby": string | undefined }) {
  const { t } = useTranslation("dashboard");
  const { t: report } = useTranslation("report");
  const language = useLanguage();
  const [boards, packs, reports, ready] = [useQuery(dashboardsQuery).data, useQuery(readyDashboardsQuery).data, useQuery(reportsQuery).data, useQuery(readyQuery).data];
  const groups = [
    { label: t("tab.review"), all: (["week", "month"] as const).map((each) => [`review:${each}`, `${t("tab.review")} · ${t(`review.${each}`)}`] as const) },
    { label: t("mine"), all: boards?.items.map((each) => [`dashboard:${each.id}`, each.name] as const) },
    { label: t("ready"), all: packs?.items.map((each) => [`pack:${each.key}`, each.name[language]] as const) },
    { label: t("kind.report"), all: reports?.items.map((each) => [`report:${each.id}`, each.name] as const) },
    { label: t("kind.ready"), all: ready?.items.filter((each) => each.allowed).map((each) => [`ready:${each.key}`, each.name[language]] as const) },
  ];
  return (
    <select className="input" value={value} onChange={(event) => onPick(event.target.value)} required {...attributes}>
      <option value="">{report("builder.pick")}</option>
      {groups.filter((group) => group.all?.length).map((group) => <optgroup key={group.label} label={group.label}>{group.all?.map(([key, name]) => <option key={key} value={key}>{name}</option>)}</optgroup>)}
    </select>
  );
}
