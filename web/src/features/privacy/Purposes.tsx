import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { bases, changePurpose, channels, definePurpose, listNotices, publishNotice, type Basis, type Channel, type Purpose } from "../../api";
import { useLanguage } from "../../app/i18n";
import { useCan } from "../../app/session";
import { Button, Dialog, Failed, Field, Section, Skeleton, Tag, TextField, useFormat, useSend, useToast } from "../../ui";
import { overviewQuery, purposesQuery } from "./queries";

/** What customers are asked for, with the notice each of them is shown. */
export function Purposes() {
  const { t } = useTranslation("privacy");
  const language = useLanguage();
  const may = useCan()("privacy.write");
  const client = useQueryClient();
  const { say } = useToast();
  const answer = useQuery(purposesQuery(true));
  const [editing, setEditing] = useState<Purpose | "new" | null>(null);
  const [noticeOf, setNoticeOf] = useState<Purpose | null>(null);
  if (answer.isPending) return <Skeleton rows={6} />;
  if (!answer.data) return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  const done = (text: string) => {
    say({ text });
    setEditing(null);
    setNoticeOf(null);
    void Promise.all([["purposes"], ["consents"], ["fields"]].map((queryKey) => client.invalidateQueries({ queryKey })));
  };
  return (
    <>
      {answer.data.items.map((purpose) => (
        <Section key={purpose.key} title={<>{purpose.label[language]} {purpose.archived && <Tag>{t("purpose.archived")}</Tag>}</>}
          side={may && <><Button look="link" onClick={() => setNoticeOf(purpose)}>{t("notice.next")}</Button> <Button look="link" onClick={() => setEditing(purpose)}>{t("purpose.edit")}</Button></>}>
          <p className="mid">{purpose.about[language]}</p>
          <p className="meta">{t(`basis.${purpose.basis}`)} · {purpose.channels.map((each) => t(`channel.${each}`)).join(language === "zh-CN" ? "、" : ", ")} · <code>{purpose.key}</code></p>
          <Notices of={purpose} />
        </Section>
      ))}
      {may && <Button look="fill" size="md" icon="plus" onClick={() => setEditing("new")}>{t("purpose.create")}</Button>}
      <Dialog open={editing !== null} onClose={() => setEditing(null)} title={t(editing === "new" ? "purpose.create" : "purpose.edit")} width={600}>
        {editing !== null && <PurposeForm of={editing === "new" ? null : editing} onDone={() => done(t("purpose.saved"))} />}
      </Dialog>
      <Dialog open={noticeOf !== null} onClose={() => setNoticeOf(null)} title={noticeOf ? t("notice.titleOf", { name: noticeOf.label[language] }) : ""} width={640}>
        {noticeOf && <NoticeForm of={noticeOf} onDone={() => done(t("notice.published"))} />}
      </Dialog>
    </>
  );
}

/** Every version of a notice, the present one open. */
function Notices({ of }: { of: Purpose }) {
  const { t } = useTranslation("privacy");
  const language = useLanguage();
  const format = useFormat();
  const { data } = useQuery({ queryKey: ["purposes", of.key, "notices", of.version], queryFn: () => listNotices(of.key), enabled: !!of.notice });
  if (!of.notice) return <p className="dim">{t("notice.none")}</p>;
  return (data?.items ?? [of.notice]).map((notice) => (
    <details key={notice.number}>
      <summary>{t("notice.version", { n: notice.number })} <span className="meta">{format.when(notice.at)}</span> {notice.ask_again && <Tag tone="warn">{t("notice.askAgain")}</Tag>}{notice.number === of.notice?.number && <Tag>{t("notice.present")}</Tag>}</summary>
      <p className="pre">{notice.text[language]}</p>
    </details>
  ));
}

function PurposeForm({ of, onDone }: { of: Purpose | null; onDone: () => void }) {
  const { t } = useTranslation("privacy");
  const [archived, setArchived] = useState(of?.archived ?? false);
  const { busy, faults, fault, form } = useSend(async ({ text, all }) => {
    const draft = {
      label: { "zh-CN": text("label.zh-CN"), "en-US": text("label.en-US") }, about: { "zh-CN": text("about.zh-CN"), "en-US": text("about.en-US") },
      basis: text("basis") as Basis, channels: all("channels") as Channel[], position: Math.max(0, Number(text("position")) || 0), archived,
    };
    await (of ? changePurpose(of, draft) : definePurpose(text("key"), draft));
    onDone();
  });
  return (
    <form className="form" {...form}>
      <div className="two">
        <TextField name="label.zh-CN" label={t("purpose.labelZH")} defaultValue={of?.label["zh-CN"]} maxLength={80} required faults={faults} autoFocus />
        <TextField name="label.en-US" label={t("purpose.labelEN")} defaultValue={of?.label["en-US"]} maxLength={80} required faults={faults} />
        <TextField name="about.zh-CN" label={t("purpose.aboutZH")} defaultValue={of?.about["zh-CN"]} maxLength={500} faults={faults} />
        <TextField name="about.en-US" label={t("purpose.aboutEN")} defaultValue={of?.about["en-US"]} maxLength={500} faults={faults} />
        <TextField name="key" label={t("purpose.key")} defaultValue={of?.key} readOnly={!!of} maxLength={40} required faults={faults} />
        <Field label={t("purpose.basis")} hint={t("purpose.basisHint")} fault={faults["basis"]}>
          {(attributes) => <select className="input" name="basis" defaultValue={of?.basis ?? "consent"} {...attributes}>{bases.map((each) => <option key={each} value={each}>{t(`basis.${each}`)}</option>)}</select>}
        </Field>
      </div>
      <Field label={t("purpose.channels")} fault={faults["channels"]}>
        {({ id }) => <span id={id} className="ticks" role="group" aria-label={t("purpose.channels")}>{channels.map((each) => <label key={each}><input type="checkbox" name="channels" value={each} defaultChecked={of ? of.channels.includes(each) : true} /> {t(`channel.${each}`)}</label>)}</span>}
      </Field>
      <input type="hidden" name="position" value={of?.position ?? 100} />
      {of && <label><input type="checkbox" checked={archived} onChange={(event) => setArchived(event.target.checked)} /> {t("purpose.archive")}</label>}
      {fault && <p className="fault" role="alert">{fault}</p>}
      <div className="acts"><Button look="fill" size="md" type="submit" busy={busy}>{t("save")}</Button></div>
    </form>
  );
}

function NoticeForm({ of, onDone }: { of: Purpose; onDone: () => void }) {
  const { t } = useTranslation("privacy");
  const format = useFormat();
  const overview = useQuery(overviewQuery).data;
  const [again, setAgain] = useState(false);
  const agreed = Math.max(0, ...(overview?.cells ?? []).filter((each) => each.purpose === of.key).map((each) => each.yes));
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    await publishNotice(of.key, { "zh-CN": text("text.zh-CN"), "en-US": text("text.en-US") }, again);
    onDone();
  });
  const area = (language: "zh-CN" | "en-US", label: string) => (
    <Field label={label} fault={faults[`text.${language}`]}>{(attributes) => <textarea className="input" rows={6} name={`text.${language}`} maxLength={10000} defaultValue={of.notice?.text[language]} required {...attributes} />}</Field>
  );
  return (
    <form className="form" {...form}>
      <p className="meta">{t("notice.what", { n: (of.notice?.number ?? 0) + 1 })}</p>
      {area("zh-CN", t("notice.textZH"))}
      {area("en-US", t("notice.textEN"))}
      <label><input type="checkbox" checked={again} onChange={(event) => setAgain(event.target.checked)} /> {t("notice.further")}</label>
      {again && <p className="warn">{t("notice.consequence", { count: agreed, n: format.count(agreed) })}</p>}
      {fault && <p className="fault" role="alert">{fault}</p>}
      <div className="acts"><Button look="fill" size="md" type="submit" busy={busy}>{t("notice.publish")}</Button></div>
    </form>
  );
}
