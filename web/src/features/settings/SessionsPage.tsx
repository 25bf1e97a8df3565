import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { createToken, endOtherSessions, endSession, listSessions, listTokens, revokeToken, type SignedIn, type Token } from "../../api";
import { useLanguage } from "../../app/i18n";
import { useCan, useSession } from "../../app/session";
import { Body, Button, type Column, DataList, Dialog, Field, PageHead, Section, Tag, TextField, useFormat, useSend, useToast } from "../../ui";
import { CopyLine } from "./CopyLine";
import { deviceOf } from "./device";
import { MySignIn } from "./MySignIn";
import { rolesQuery } from "./queries";
import "./settings.css";

export default function SessionsPage() {
  const { t } = useTranslation("settings");
  const can = useCan();
  return (
    <>
      <PageHead title={t("sessions.title")} />
      <Body>
        <MySignIn />
        <Section title={t("sessions.mine")}><Sessions /></Section>
        {can("tokens.read") && <Section title={<>{t("sessions.tokens")}</>} side={t("sessions.tokensHint")}><Tokens /></Section>}
      </Body>
    </>
  );
}

function Sessions() {
  const { t, i18n } = useTranslation("settings");
  const format = useFormat();
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const me = useSession().staff.id;
  const answer = useQuery({ queryKey: ["sessions"], queryFn: listSessions });
  const end = useMutation({ mutationFn: endSession, onSuccess: () => { say({ text: t("sessions.ended") }); void client.invalidateQueries({ queryKey: ["sessions"] }); }, onError: sayFault });
  const endOthers = useMutation({ mutationFn: endOtherSessions, onSuccess: () => { say({ text: t("sessions.endedOthers") }); void client.invalidateQueries({ queryKey: ["sessions"] }); }, onError: sayFault });
  const columns: Column<SignedIn>[] = [
    { key: "who", head: t("staff.name"), cell: (row) => <span className="name">{row.staff_name}</span> },
    { key: "device", head: t("sessions.device"), cell: (row) => <span title={row.user_agent}>{deviceOf(row.user_agent)} {row.current && <Tag tone="ok">{t("sessions.current")}</Tag>}</span> },
    { key: "address", head: t("sessions.address"), cell: (row) => row.address || "—", hide: "phone" },
    { key: "method", head: t("sessions.method"), hide: "narrow", cell: (row) => row.method.split("+").map((each) => (i18n.exists(`settings:sessions.by.${each}`) ? t(`sessions.by.${each as "password"}`) : each)).join(" + ") },
    { key: "since", head: t("sessions.since"), num: true, hide: "phone", cell: (row) => <span title={format.exact(row.created_at)}>{format.when(row.created_at)}</span> },
    { key: "seen", head: t("sessions.seen"), num: true, cell: (row) => <span title={format.exact(row.last_seen_at)}>{format.when(row.last_seen_at)}</span> },
    { key: "end", head: "", num: true, width: 80, cell: (row) => !row.current && <Button look="link" onClick={() => end.mutate(row.id)}>{t("sessions.end")}</Button> },
  ];
  return (
    <>
      <DataList label={t("sessions.mine")} answer={answer} columns={columns} rowKey={(row) => row.id} empty={t("sessions.none")} keys={false} />
      {answer.data?.items.some((row) => !row.current && row.staff_id === me) && <Button busy={endOthers.isPending} onClick={() => endOthers.mutate()}>{t("sessions.endOthers")}</Button>}
    </>
  );
}

function Tokens() {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const can = useCan();
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const language = useLanguage();
  const roles = useQuery(rolesQuery);
  const [making, setMaking] = useState(false);
  const answer = useQuery({ queryKey: ["tokens"], queryFn: listTokens });
  const revoke = useMutation({ mutationFn: revokeToken, onSuccess: () => { say({ text: t("sessions.revoked") }); void client.invalidateQueries({ queryKey: ["tokens"] }); }, onError: sayFault });
  const label = (role: string) => roles.data?.items.find((each) => each.role === role)?.label[language] ?? role;
  const columns: Column<Token>[] = [
    { key: "name", head: t("sessions.tokenName"), cell: (row) => <span className="name">{row.name}</span> },
    { key: "role", head: t("sessions.role"), cell: (row) => label(row.role) },
    { key: "created", head: t("sessions.created"), num: true, hide: "phone", cell: (row) => <span title={format.exact(row.created_at)}>{format.when(row.created_at)}</span> },
    { key: "used", head: t("sessions.used"), num: true, cell: (row) => (row.last_used_at ? format.when(row.last_used_at) : t("sessions.never")) },
    { key: "revoke", head: "", num: true, width: 80, cell: (row) => can("tokens.write") && <Button look="link" onClick={() => revoke.mutate(row.id)}>{t("sessions.revoke")}</Button> },
  ];
  return (
    <>
      <DataList label={t("sessions.tokens")} answer={answer} columns={columns} rowKey={(row) => row.id} empty={t("sessions.tokensNone")} keys={false} />
      {can("tokens.write") && <Button icon="plus" onClick={() => setMaking(true)}>{t("sessions.create")}</Button>}
      <NewToken open={making} onClose={() => setMaking(false)} roles={roles.data?.items.map((role) => ({ role: role.role, label: role.label[language] })) ?? []} />
    </>
  );
}

function NewToken({ open, onClose, roles }: { open: boolean; onClose: () => void; roles: { role: string; label: string }[] }) {
  const { t } = useTranslation("settings");
  const client = useQueryClient();
  const [made, setMade] = useState<string | null>(null);
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    const token = await createToken({ name: text("name"), role: text("role") });
    setMade(token.token);
    await client.invalidateQueries({ queryKey: ["tokens"] });
  });
  return (
    <Dialog open={open} onClose={() => { setMade(null); onClose(); }} title={t("sessions.newTitle")} width={440}>
      {made ? <><CopyLine text={made} /><p className="meta">{t("sessions.made")}</p></> : (
        <form className="form" {...form}>
          <TextField name="name" label={t("sessions.tokenName")} hint={t("sessions.newHint")} required autoFocus faults={faults} />
          <Field label={t("sessions.role")} fault={faults["role"]}>{(attributes) => <select className="input" name="role" {...attributes}>{roles.map((role) => <option key={role.role} value={role.role}>{role.label}</option>)}</select>}</Field>
          {fault && <p className="fault" role="alert">{fault}</p>}
          <div className="acts"><Button look="fill" size="md" type="submit" busy={busy}>{t("sessions.show")}</Button></div>
        </form>
      )}
    </Dialog>
  );
}
