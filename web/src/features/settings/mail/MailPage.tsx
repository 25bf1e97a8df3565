import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { changeMailServer, listMails, mailAgain, readMailServer, testMail, type Mail, type MailServer } from "../../../api";
import { Body, Button, DataList, Failed, Field, Icon, PageHead, Section, Skeleton, Tag, TextField, useFormat, useSend, useToast, type Column } from "../../../ui";
import "../settings.css";

const ports = { starttls: 587, tls: 465, none: 25 } as const;

/** The mail server, a try of it, and what was sent to staff. */
export default function MailPage() {
  const { t } = useTranslation("mail");
  const { data, error, refetch } = useQuery({ queryKey: ["mail-server"], queryFn: readMailServer });
  return (
    <>
      <PageHead title={t("title")} />
      <Body>
        <p className="mid narrowform lead">{t("hint")}</p>
        {error ? <Failed error={error} retry={() => void refetch()} /> : data ? <><Server key={JSON.stringify(data)} of={data} />{data.host && <Try />}</> : <Skeleton />}
        <Log />
      </Body>
    </>
  );
}

function Server({ of }: { of: MailServer }) {
  const { t } = useTranslation("mail");
  const client = useQueryClient();
  const { say } = useToast();
  const [security, setSecurity] = useState(of.security);
  const { busy, faults, fault, form } = useSend(async ({ text, secret }) => {
    const password = secret("password");
    const after = await changeMailServer({ host: text("host"), port: Number(text("port")) || 0, security, login: text("login"), from: text("from"), from_name: text("from_name"), ...(password ? { password } : {}) });
    say({ text: t("saved") });
    client.setQueryData(["mail-server"], after);
    await client.invalidateQueries({ queryKey: ["session"] });
  });
  return (
    <Section title={t("server")} className="narrowform">
      <form className="form" {...form}>
        <TextField name="host" label={t("host")} hint={t("hostHint")} defaultValue={of.host} placeholder="smtp.example" autoComplete="off" faults={faults} />
        <div className="two">
          <Field label={t("security")} fault={faults["security"]}>
            {(attributes) => <select className="input" name="security" value={security} onChange={(event) => setSecurity(event.target.value as MailServer["security"])} {...attributes}>{(["starttls", "tls", "none"] as const).map((each) => <option key={each} value={each}>{t(`securities.${each}`)}</option>)}</select>}
          </Field>
          <TextField name="port" type="number" min={1} max={65535} label={t("port")} hint={t("portHint")} placeholder={String(ports[security])} defaultValue={of.port || ""} faults={faults} />
          <TextField name="login" label={t("login")} hint={t("loginHint")} defaultValue={of.login} autoComplete="off" faults={faults} />
          <TextField name="password" type="password" label={t("password")} placeholder={of.has_password ? t("passwordKept") : ""} autoComplete="new-password" faults={faults} />
          <TextField name="from" type="email" label={t("from")} placeholder="crm@example.com" defaultValue={of.from} faults={faults} />
          <TextField name="from_name" label={t("fromName")} defaultValue={of.from_name} maxLength={100} faults={faults} />
        </div>
        {fault && <p className="fault" role="alert">{fault}</p>}
        <div><Button look="fill" size="md" type="submit" busy={busy}>{t("save")}</Button></div>
      </form>
    </Section>
  );
}

function Try() {
  const { t } = useTranslation("mail");
  const { t: ui } = useTranslation("ui");
  const test = useMutation({ mutationFn: testMail });
  const result = test.data;
  return (
    <div className="form sect narrowform">
      <div className="row"><Button size="md" busy={test.isPending} onClick={() => test.mutate()}>{t("test")}</Button><span className="meta">{t("testHint")}</span></div>
      <div role="status">
        {result?.ok && <p className="okline"><Icon name="check" small /> {t("tested", { to: result.to })}</p>}
        {result && !result.ok && <p className="danger">{t("failed", { to: result.to, why: ui(`fault.code.${result.code ?? ""}` as "fault.title", { defaultValue: result.code ?? "" }) })}</p>}
        {result?.answer && <p className="meta">{t("answer", { answer: result.answer })}</p>}
        {test.error && <Failed error={test.error} />}
      </div>
    </div>
  );
}

function Log() {
  const { t } = useTranslation("mail");
  const { t: ui } = useTranslation("ui");
  const format = useFormat();
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const { after } = useSearch({ from: "/shell/settings/mail" });
  const navigate = useNavigate({ from: "/settings/mail" });
  const answer = useQuery({
    queryKey: ["mails", after?.at(-1) ?? ""], queryFn: () => listMails(after?.at(-1)), placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.items.some((row) => row.state === "planned" || row.state === "in_flight") ? 2000 : false),
  });
  const again = useMutation({ mutationFn: (of: Mail) => mailAgain(of.id), onSuccess: () => { say({ text: t("planned") }); void client.invalidateQueries({ queryKey: ["mails"] }); }, onError: sayFault });
  const why = (of: Mail) => of.error_code ? ui(`fault.code.${of.error_code}` as "fault.title", { defaultValue: of.error_code }) : "";
  const columns: Column<Mail>[] = [
    { key: "to", head: t("to"), cell: (row) => row.to ? <span className="name">{row.to}</span> : <span className="dim">{t("customer")}</span> },
    { key: "subject", head: t("subject"), cell: (row) => row.subject },
    {
      key: "state", head: t("state"), cell: (row) => (
        <span title={[row.state === "in_doubt" ? t("doubt") : why(row), row.answer].filter(Boolean).join("\n")}>
          {row.state === "failed" || row.state === "in_doubt" ? <Tag tone={row.state === "failed" ? "danger" : "warn"}>{t(`states.${row.state}`)}</Tag> : <span className="mid">{t(`states.${row.state}`)}</span>}
          {row.state === "failed" && <span className="meta"> {why(row)}</span>}
          {row.state === "planned" && row.attempts > 0 && row.next_at && <span className="meta"> {why(row)}, {t("next", { at: format.when(row.next_at) })}</span>}
        </span>
      ),
    },
    { key: "tries", head: t("tries"), num: true, hide: "narrow", cell: (row) => format.count(row.attempts) },
    { key: "at", head: t("at"), num: true, hide: "phone", cell: (row) => <span title={format.exact(row.sent_at ?? row.created_at)}>{format.when(row.sent_at ?? row.created_at)}</span> },
    { key: "again", head: "", width: 90, cell: (row) => row.to && (row.state === "failed" || row.state === "in_doubt") && <Button look="link" busy={again.isPending && again.variables.id === row.id} onClick={() => again.mutate(row)}>{t("again")}</Button> },
  ];
  return (
    <Section title={t("log")}>
      <DataList label={t("log")} answer={answer} columns={columns} rowKey={(row) => row.id} trail={after ?? []} onTrail={(trail) => void navigate({ search: { after: trail.length ? trail : undefined } })} empty={t("empty")} />
    </Section>
  );
}
