import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type AuditEntry, type AuditProof, type AuditQuery, type AuditWatch, exportAudit, listAudit, verifyAudit } from "../../api";
import { Body, Button, type Column, DataList, Dialog, Icon, PageHead, saveFile, TextField, useFormat, useSend, useToast } from "../../ui";
import { staffQuery } from "./queries";
import "./settings.css";

const verbs = ["customer.", "import.", "export.", "segment.", "staff.", "role.", "sharing.", "session.", "token.", "workspace.", "signal.", "backup."] as const;

export default function AuditPage() {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const search = useSearch({ from: "/shell/settings/audit" });
  const navigate = useNavigate({ from: "/settings/audit" });
  const { sayFault } = useToast();
  const staff = useQuery(staffQuery);
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined);
  const later = (act: () => void) => { clearTimeout(waiting.current); waiting.current = setTimeout(act, 300); };
  const set = (more: Partial<typeof search>) => void navigate({ to: ".", search: (now) => ({ ...now, after: undefined, ...more }), replace: true });
  const midnight = (day: string | undefined, plus: number) => (day ? new Date(Date.parse(`${day}T00:00:00Z`) + plus * 86_400_000).toISOString() : undefined);
  const [subjectType, subjectId] = search.subject?.split(":") ?? [];
  const asked = { actor: search.actor, action: search.action, from: midnight(search.from, 0), to: midnight(search.to, 1), text: search.text, address: search.address, subject_type: subjectType, subject_id: subjectId };
  const query = { ...asked, limit: 50, cursor: search.after?.at(-1) };
  const answer = useQuery({ queryKey: ["audit", query], queryFn: ({ signal }) => listAudit(query, signal), placeholderData: keepPreviousData });
  const verify = useMutation({ mutationFn: verifyAudit, onSuccess: () => void answer.refetch(), onError: sayFault });
  const watch = answer.data?.watch;
  const filtered = Object.values(asked).some(Boolean);
  const [exporting, setExporting] = useState(false);
  const columns: Column<AuditEntry>[] = [
    { key: "at", head: t("audit.at"), width: 170, cell: (row) => <span title={format.exact(row.at)}>{format.day(row.at)} {format.clock(row.at)}</span> },
    { key: "actor", head: t("audit.actor"), cell: (row) => <span className="name">{row.actor_name || t("audit.system")}</span> },
    { key: "action", head: t("audit.action"), cell: (row) => <Action entry={row} /> },
    { key: "subject", head: t("audit.subject"), cell: (row) => <Subject entry={row} /> },
    { key: "summary", head: t("audit.summary"), hide: "narrow", cell: (row) => <Summary entry={row} /> },
    { key: "address", head: t("audit.address"), hide: "narrow", cell: (row) => <span className="dim">{row.address || "—"}</span> },
  ];
  return (
    <>
      <PageHead title={t("audit.title")}>
        <Button size="md" icon="download" onClick={() => setExporting(true)}>{t("audit.export")}</Button>
        <Button size="md" icon="shield" busy={verify.isPending} onClick={() => verify.mutate()}>{t("audit.verify")}</Button>
      </PageHead>
      <Body>
        {watch && <Watched of={watch} />}
        {verify.data && <Proof of={verify.data} />}
        <div className="chips auditfilters">
          <input className="input" type="search" placeholder={t("audit.text")} aria-label={t("audit.text")} defaultValue={search.text ?? ""} onChange={(event) => later(() => set({ text: event.target.value || undefined }))} />
          <select className="input" aria-label={t("audit.actorFilter")} value={search.actor ?? ""} onChange={(event) => set({ actor: event.target.value || undefined })}>
            <option value="">{t("audit.anyActor")}</option>
            {staff.data?.items.map((person) => <option key={person.id} value={person.name}>{person.name}</option>)}
          </select>
          <select className="input" aria-label={t("audit.actionFilter")} value={search.action ?? ""} onChange={(event) => set({ action: event.target.value || undefined })}>
            <option value="">{t("audit.anyAction")}</option>
            {verbs.map((verb) => <option key={verb} value={verb}>{t(`audit.noun.${verb.slice(0, -1) as "customer"}`)}</option>)}
          </select>
          <input className="input" placeholder={t("audit.address")} aria-label={t("audit.addressFilter")} defaultValue={search.address ?? ""} onChange={(event) => later(() => set({ address: event.target.value || undefined }))} />
          {search.subject && <Button icon="x" onClick={() => set({ subject: undefined })}>{t("audit.only", { subject: search.subject })}</Button>}
          <label className="row">{t("audit.from")}<input className="input" type="date" value={search.from ?? ""} onChange={(event) => set({ from: event.target.value || undefined })} /></label>
          <label className="row">{t("audit.to")}<input className="input" type="date" value={search.to ?? ""} onChange={(event) => set({ to: event.target.value || undefined })} /></label>
        </div>
        <DataList label={t("audit.title")} answer={answer} columns={columns} rowKey={(row) => row.id} trail={search.after ?? []} onTrail={(trail) => void navigate({ to: ".", search: (now) => ({ ...now, after: trail.length ? trail : undefined }) })}
          empty={filtered ? t("audit.none") : t("audit.noneYet")} />
      </Body>
      <ExportDialog open={exporting} asked={asked} onClose={() => setExporting(false)} />
    </>
  );
}

function Action({ entry }: { entry: AuditEntry }) {
  const { t, i18n } = useTranslation("settings");
  const code = entry.action.replaceAll(".", "_");
  return <span title={entry.action}>{i18n.exists(`settings:audit.act.${code}`) ? t(`audit.act.${code as "customer_changed"}`) : entry.action}</span>;
}

function Subject({ entry }: { entry: AuditEntry }) {
  const { t, i18n } = useTranslation("settings");
  const noun = i18n.exists(`settings:audit.noun.${entry.subject_type}`) ? t(`audit.noun.${entry.subject_type as "customer"}`) : entry.subject_type;
  const text = `${noun} ${entry.subject_id}`.trim();
  const all = entry.subject_id && <Link className="aboutall" to="/settings/audit" search={{ subject: `${entry.subject_type}:${entry.subject_id}` }} title={t("audit.all", { subject: text })} aria-label={t("audit.all", { subject: text })}><Icon name="find" small /></Link>;
  if (entry.subject_type === "customer") return <><Link to="/customers/$id" params={{ id: entry.subject_id }}>{text}</Link> {all}</>;
  if (entry.subject_type === "segment" && entry.subject_id) return <><Link to="/segments/$id" params={{ id: entry.subject_id }}>{text}</Link> {all}</>;
  if (entry.subject_type === "import" && entry.subject_id) return <><Link to="/imports/$id" params={{ id: entry.subject_id }}>{text}</Link> {all}</>;
  if (entry.subject_type === "role") return <><Link to="/settings/access" search={{ role: entry.subject_id }}>{text}</Link> {all}</>;
  return <>{text} {all}</>;
}

/** The summary is free JSON: in one line, in words where there are any, whole on hover. */
function Summary({ entry }: { entry: AuditEntry }) {
  const { t, i18n } = useTranslation("settings");
  const { t: ui } = useTranslation("ui");
  if (!entry.summary || typeof entry.summary !== "object") return <span className="dim">{"—"}</span>;
  const key = (name: string) => (i18n.exists(`settings:audit.key.${name}`) ? t(`audit.key.${name as "name"}`) : name);
  const said = (value: unknown): string => {
    if (typeof value === "boolean") return ui(value ? "yes" : "no");
    if (Array.isArray(value)) return value.map(said).join(", ");
    if (value && typeof value === "object") return Object.entries(value).map(([name, inner]) => `${key(name)} ${said(inner)}`).join(", ");
    const text = String(value);
    return i18n.exists(`settings:audit.said.${text}`) ? t(`audit.said.${text as "link"}`) : i18n.exists(`today:kind.${text}`) ? t(`kind.${text as "follow_up_due"}`, { ns: "today" }) : text;
  };
  const text = Object.entries(entry.summary).filter(([name]) => name !== "act").map(([name, value]) => `${key(name)} ${said(value)}`).join(", ");
  return <span className="mid" title={JSON.stringify(entry.summary, null, 1)}>{text}</span>;
}

/** How the log proves itself: every entry is in a seal, every seal in the next; the last one, kept elsewhere, answers for all. */
/** Whether the log was found whole, by whom and when; loud where it was not. */
function Watched({ of }: { of: AuditWatch }) {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const by = of.by || t("audit.program");
  if (of.ok) return <p className="meta auditwatch">{t("audit.watched", { by, at: format.when(of.checked_at) })}</p>;
  return (
    <div className="fault" role="alert">
      <p><strong>{t("audit.tampered")}</strong></p>
      <p>{of.first_entry ? t("audit.tamperedFrom", { entry: format.count(of.first_entry), seal: format.count(of.broken_at ?? 0) }) : t("audit.tamperedSeal", { seal: format.count(of.broken_at ?? 0) })}{of.reason && <span className="meta"> {of.reason}</span>}</p>
      <p className="meta">{t("audit.tamperedSince", { since: format.exact(of.since), by, at: format.exact(of.checked_at) })}</p>
    </div>
  );
}

function Proof({ of }: { of: AuditProof }) {
  const { t } = useTranslation("settings");
  const format = useFormat();
  return (
    <section className={of.ok ? "proof" : "proof fault"} aria-label={t("audit.proof")} role="status">
      <p>{of.ok ? <span className="ok">{t("audit.ok", { entries: format.count(of.entries), sealed: format.count(of.sealed) })}</span> : <strong>{t("audit.broken", { at: of.broken_at ?? "" })}</strong>}</p>
      {!of.ok && of.reason && <p className="meta">{of.reason}</p>}
      {of.last_seal && <p className="meta">{t("audit.lastSeal", { number: format.count(of.seals), at: format.exact(new Date(of.sealed_at ?? 0).toISOString()) })} <code>{of.last_seal}</code></p>}
      <p className="meta">{t("audit.how")}</p>
    </section>
  );
}

function ExportDialog({ open, asked, onClose }: { open: boolean; asked: AuditQuery; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const { say } = useToast();
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    const { name, content } = await exportAudit({ ...asked, reason: text("reason") });
    saveFile(name, content);
    say({ text: t("audit.exported") });
    onClose();
  });
  return (
    <Dialog open={open} onClose={onClose} title={t("audit.export")} width={440}>
      <form className="form" {...form}>
        <p className="meta">{t("audit.exportHint")}</p>
        <TextField name="reason" label={t("audit.reason")} required autoFocus maxLength={500} faults={faults} />
        {fault && <p className="fault" role="alert">{fault}</p>}
        <div className="acts"><Button look="fill" size="md" type="submit" busy={busy}>{t("audit.export")}</Button></div>
      </form>
    </Dialog>
  );
}
