import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { backUp, type Backup, type Backups, type BackupTrial, type Restored, readBackups, tryBackup } from "../../api";
import { useCan } from "../../app/session";
import { Body, Button, type Column, DataList, Dialog, Failed, Icon, PageHead, Section, Skeleton, Tag, useFormat, useToast } from "../../ui";
import { BackupSchedule } from "./BackupSchedule";
import { CopyLine } from "./CopyLine";
import "./settings.css";

export default function BackupsPage() {
  const { t } = useTranslation("settings");
  const may = useCan()("backups.write");
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const [asked, setAsked] = useState(0);
  const answer = useQuery({
    queryKey: ["backups"], queryFn: ({ signal }) => readBackups(signal),
    // somebody who asked for a backup watches it come; a scheduled one shows within the half minute
    refetchInterval: ({ state }) => (state.data?.running || Date.now() - asked < 20_000 ? 1_000 : 30_000),
  });
  const take = (text: string) => ({ onSuccess: (now: Backups) => { setAsked(Date.now()); client.setQueryData(["backups"], now); say({ text }); }, onError: sayFault });
  const now = useMutation({ mutationFn: backUp, ...take(t("backups.asked")) });
  const trial = useMutation({ mutationFn: tryBackup, ...take(t("backups.triedAsked")) });
  const { data, error } = answer;
  return (
    <>
      <PageHead title={t("backups.title")} meta={data && <Doing of={data} />}>
        {may && <Button look="fill" size="md" icon="shield" busy={now.isPending} disabled={data?.running?.kind === "backup"} onClick={() => now.mutate()}>{t("backups.now")}</Button>}
      </PageHead>
      <Body>
        {error && !data ? <Failed error={error} retry={() => void answer.refetch()} /> : !data ? <Skeleton /> : (
          <>
            <Alarms of={data} />
            {data.restored && <RestoredFrom of={data.restored} />}
            <List answer={answer} may={may} busy={!!data.running} onTry={(id) => trial.mutate(id)} />
            <Where of={data} />
            <BackupSchedule of={data.settings} may={may} />
            <Section title={t("backups.restore")}>
              <p className="meta">{t("backups.restoreText")}</p>
              <CopyLine text={`guanxi restore --from ${data.place} --key-file guanxi.key --data NEW_FOLDER`} />
            </Section>
          </>
        )}
      </Body>
    </>
  );
}

function Doing({ of }: { of: Backups }) {
  const { t } = useTranslation("settings");
  const format = useFormat();
  if (of.running) return <>{t(`backups.running.${of.running.kind}`, { at: format.clock(of.running.since) })}</>;
  return of.next_at ? <span title={format.exact(of.next_at)}>{t("backups.next")} {format.when(of.next_at)}</span> : null;
}

/** What somebody must look after. */
function Alarms({ of }: { of: Backups }) {
  const { t } = useTranslation("settings");
  const { t: word, i18n } = useTranslation("ui");
  const format = useFormat();
  const why = ({ code, detail }: { code: string; detail: string }) => (i18n.exists(`ui:fault.code.${code}`) ? word(`fault.code.${code as "wrong_key"}`) : detail);
  return (
    <>
      {of.last_failure && <p className="fault" role="alert">{t(`backups.failed.${of.last_failure.kind}`, { at: format.when(of.last_failure.at) })}<br /><span className="meta" title={of.last_failure.detail}>{why(of.last_failure)}</span></p>}
      {of.problems.length > 0 && <div className="fault" role="alert"><p>{t("backups.problems")}</p><ul>{of.problems.map((each) => <li key={each.file}><code>{each.file}</code> <span className="meta">{each.what}</span></li>)}</ul></div>}
      {of.same_disk && <p className="alarmline"><Tag tone="warn" icon="data">{t("backups.place")}</Tag> {t("backups.sameDisk")}</p>}
    </>
  );
}

/** That this is a restored instance: what was done again, and what is left to a person. */
function RestoredFrom({ of }: { of: Restored }) {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const lines = (judge: boolean) => of.redone.filter((each) => !!each.judge === judge).map((each) => (
    <li key={each.what}>
      <span className={judge ? "warn" : "ok"}><Icon name={judge ? "why" : "check"} small /></span> {t(`backups.redone.${each.what}`, { count: each.count, n: format.count(each.count) })}
      {each.names && <> <span className="meta">{each.names.join(", ")}{each.names.length < each.count && "…"}</span></>}
    </li>
  ));
  const done = lines(false), judge = lines(true);
  return (
    <Section title={t("backups.restored")}>
      <p>{t("backups.restoredText", { taken: format.exact(of.taken_at), at: format.exact(of.at) })}</p>
      {judge.length > 0 && <><h3>{t("backups.judge")}</h3><ul className="checks" aria-label={t("backups.judge")}>{judge}</ul></>}
      {done.length > 0 && <><h3>{t("backups.redoneTitle")}</h3><ul className="checks" aria-label={t("backups.redoneTitle")}>{done}</ul></>}
    </Section>
  );
}

function List({ answer, may, busy, onTry }: { answer: { data: Backups | undefined; error: unknown; isPending: boolean; refetch: () => unknown }; may: boolean; busy: boolean; onTry: (id: string) => void }) {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const [shown, setShown] = useState<BackupTrial | null>(null);
  const seconds = (ms: number) => t("backups.seconds", { n: format.decimal(ms / 1000, 1) });
  const columns: Column<Backup>[] = [
    { key: "at", head: t("backups.at"), cell: (row) => <span className="name" title={row.id}>{format.day(row.taken_at)} {format.clock(row.taken_at)}</span> },
    { key: "by", head: t("backups.by"), hide: "phone", cell: (row) => t(`backups.reason.${row.reason}`) },
    { key: "size", head: t("backups.size"), num: true, cell: (row) => <span title={t("backups.rowsFiles", { rows: format.count(row.rows), files: format.count(row.files), engine: row.engine, release: row.release })}>{format.size(row.size)}</span> },
    { key: "fresh", head: t("backups.fresh"), num: true, hide: "phone", cell: (row) => format.size(row.new_bytes) },
    { key: "took", head: t("backups.took"), num: true, hide: "phone", cell: (row) => seconds(row.took_ms) },
    { key: "tested", head: t("backups.tested"), cell: (row) => <Tested of={row.trial} onShow={setShown} /> },
    { key: "try", head: "", num: true, width: 96, cell: (row) => may && <Button look="link" disabled={busy} onClick={() => onTry(row.id)}>{row.trial ? t("backups.retry") : t("backups.try")}</Button> },
  ];
  return (
    <>
      <DataList label={t("backups.list")} answer={answer} columns={columns} rowKey={(row) => row.id} empty={t("backups.none")} keys={false} />
      <Dialog open={!!shown} onClose={() => setShown(null)} title={t("backups.checks")}>
        {shown && <>
          {shown.reason && <p className="fault">{shown.reason}</p>}
          <ul className="checks">{shown.checks.map((check) => <Check key={check.name} of={check} />)}</ul>
          <p className="meta">{format.exact(shown.at)}, {seconds(shown.took_ms)}</p>
        </>}
      </Dialog>
    </>
  );
}

/** One thing that was looked at, in the reader's words where we have them. */
function Check({ of }: { of: BackupTrial["checks"][number] }) {
  const { t, i18n } = useTranslation("settings");
  const key = of.name.toLowerCase().replace(/[^a-z]+/g, "_");
  return (
    <li title={of.detail}>
      <span className={of.ok ? "ok" : "danger"}><Icon name={of.ok ? "check" : "x"} small /></span> {i18n.exists(`settings:backups.check.${key}`) ? t(`backups.check.${key as "the_audit_log_is_whole"}`) : of.name}
      {!of.ok && <> <span className="meta">{of.detail}</span></>}
    </li>
  );
}

function Tested({ of, onShow }: { of: BackupTrial | undefined; onShow: (trial: BackupTrial) => void }) {
  const { t } = useTranslation("settings");
  const format = useFormat();
  if (!of) return <span className="dim">{t("backups.untested")}</span>;
  return <button type="button" className={of.ok ? "bare ok" : "bare danger"} onClick={() => onShow(of)}>{t(of.ok ? "backups.good" : "backups.bad", { when: format.when(of.at) })}</button>;
}

function Where({ of }: { of: Backups }) {
  const { t } = useTranslation("settings");
  const format = useFormat();
  return (
    <Section title={t("backups.where")}>
      <dl className="facts wide">
        <dt>{t("backups.place")}</dt><dd><span><code>{of.place}</code><br /><span className="meta">{t("backups.placeHint")}</span></span></dd>
        <dt>{t("backups.stored")}</dt><dd><span>{format.size(of.stored_bytes)}</span></dd>
        <dt>{t("backups.free")}</dt><dd><span>{format.size(of.free_bytes)}</span></dd>
        <dt>{t("backups.key")}</dt><dd><span><code>{of.key_fingerprint}</code><br /><span className="meta">{t("backups.keyHint")}</span></span></dd>
      </dl>
    </Section>
  );
}
