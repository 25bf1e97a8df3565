import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { listConsentsOf, proofKinds, recordConsents, type Channel, type CustomerPage, type NewConsent, type ProofKind, type Purpose } from "../../api";
import { useLanguage } from "../../app/i18n";
import { Button, Dialog, Field, useFormat, useToast } from "../../ui";

const channels = ["phone", "sms", "wechat", "email", "post"] as const;

/** What she said, for which channels, shown which notice, and how that can be proven. */
export function ConsentDialog({ of, purposes, open, onClose, onDone }: { of: CustomerPage; purposes: Purpose[]; open: boolean; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation("customer");
  return <Dialog open={open} onClose={onClose} title={t("consent.title")} width={560}>{open && <ConsentForm of={of} purposes={purposes} onDone={onDone} />}</Dialog>;
}

function ConsentForm({ of, purposes, onDone }: { of: CustomerPage; purposes: Purpose[]; onDone: () => void }) {
  const { t } = useTranslation("customer");
  const language = useLanguage();
  const { sayFault } = useToast();
  const [key, setKey] = useState(purposes.find((each) => each.basis === "consent")?.key ?? "");
  const [granted, setGranted] = useState(true);
  const [chosen, setChosen] = useState<Channel[]>([]);
  const [proofKind, setProofKind] = useState<ProofKind>("spoken");
  const [proof, setProof] = useState("");
  const [shown, setShown] = useState(true);
  const purpose = purposes.find((each) => each.key === key);
  const notice = purpose?.notice;
  const save = useMutation({
    mutationFn: () => recordConsents(of.id, chosen.map((channel): NewConsent => ({ purpose: key, channel, granted, proof_kind: proofKind, ...(proof.trim() ? { proof: proof.trim() } : {}), ...(notice && shown ? { notice: notice.number } : {}) }))),
    onSuccess: onDone,
    onError: sayFault,
  });
  const tick = (channel: Channel) => setChosen((now) => (now.includes(channel) ? now.filter((each) => each !== channel) : [...now, channel]));
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); if (chosen.length) save.mutate(); }}>
      <div className="two">
        <Field label={t("consent.purpose")} hint={purpose?.about[language]}>
          {(attributes) => <select className="input" {...attributes} value={key} onChange={(event) => { setKey(event.target.value); setChosen([]); }}>{purposes.map((each) => <option key={each.key} value={each.key}>{each.label[language]}</option>)}</select>}
        </Field>
        <Field label={t("consent.answer")}>
          {(attributes) => <select className="input" {...attributes} value={granted ? "yes" : "no"} onChange={(event) => setGranted(event.target.value === "yes")}><option value="yes">{t("consent.agrees")}</option><option value="no">{t("consent.refuses")}</option></select>}
        </Field>
      </div>
      <Field label={t("consent.channels")}>
        {({ id }) => <span id={id} className="ticks" role="group" aria-label={t("consent.channels")}>{channels.filter((each) => purpose?.channels.includes(each)).map((each) => <label key={each}><input type="checkbox" checked={chosen.includes(each)} onChange={() => tick(each)} /> {t(`consent.${each}`)}</label>)}</span>}
      </Field>
      {notice ? (
        <>
          <label className="meta"><input type="checkbox" checked={shown} onChange={(event) => setShown(event.target.checked)} /> {t("consent.shown", { version: notice.number })}</label>
          <details><summary>{t("consent.readNotice")}</summary><p className="pre">{notice.text[language]}</p></details>
        </>
      ) : <p className="meta">{t("consent.noNotice")}</p>}
      <div className="two">
        <Field label={t("consent.proofKind")}>
          {(attributes) => <select className="input" {...attributes} value={proofKind} onChange={(event) => setProofKind(event.target.value as ProofKind)}>{proofKinds.map((each) => <option key={each} value={each}>{t(`consent.proofs.${each}`)}</option>)}</select>}
        </Field>
        <Field label={t("consent.proofText")} hint={t("consent.proofHint")}>{(attributes) => <input className="input" {...attributes} maxLength={500} value={proof} onChange={(event) => setProof(event.target.value)} />}</Field>
      </div>
      <div className="acts"><Button look="fill" size="md" type="submit" disabled={!chosen.length} busy={save.isPending}>{t("consent.save")}</Button></div>
      <Said of={of} purposes={purposes} />
    </form>
  );
}

/** Everything she has said so far, newest first. */
function Said({ of, purposes }: { of: CustomerPage; purposes: Purpose[] }) {
  const { t, i18n } = useTranslation("customer");
  const language = useLanguage();
  const format = useFormat();
  const { data } = useQuery({ queryKey: ["customer", of.id, "consents", of.version], queryFn: () => listConsentsOf(of.id) });
  if (!data?.items.length) return null;
  const channel = (key: string) => (i18n.exists(`customer:consent.${key}`) ? t(`consent.${key as "sms"}`) : key);
  return (
    <>
      <h3>{t("consent.history")}</h3>
      <ul className="plainlist saidlist">
        {data.items.slice(0, 30).map((each, at) => (
          <li key={at}>
            <b>{each.granted ? t("consent.agrees") : t("consent.refuses")}</b> {purposes.find((known) => known.key === each.purpose)?.label[language] ?? each.purpose}, {channel(each.channel)}
            <span className="meta"> {[format.when(each.happened_at), each.notice ? t("consent.notice", { version: each.notice }) : each.text_version, each.proof_kind && i18n.exists(`customer:consent.proofs.${each.proof_kind}`) ? t(`consent.proofs.${each.proof_kind as "spoken"}`) : "", each.proof, i18n.exists(`customer:consent.sources.${each.source ?? ""}`) ? t(`consent.sources.${each.source as "manual"}`) : each.source].filter(Boolean).join(" · ")}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
