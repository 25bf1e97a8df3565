import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, useToast } from "../../ui";

const SHOWN = 60; // seconds an unmasked value stays

/** An unmasked value that goes again by itself, with the seconds it stays. */
export function useShown() {
  const [plain, setPlain] = useState<string | null>(null);
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (!plain) return;
    const timer = setInterval(() => setLeft((seconds) => seconds - 1), 1000);
    return () => clearInterval(timer);
  }, [plain]);
  const over = left <= 0;
  useEffect(() => { if (over) setPlain(null); }, [over]);
  return { plain, left, show: (value: string) => { setPlain(value); setLeft(SHOWN); } };
}

/** Why somebody wants to see a value: it goes into the audit log. */
export function Why({ onReason }: { onReason: (reason: string) => Promise<void> }) {
  const { t } = useTranslation("customer");
  const { sayFault } = useToast();
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const send = (text: string) => { setBusy(true); onReason(text).catch(sayFault).finally(() => setBusy(false)); };
  return (
    <form className="picks" onSubmit={(event) => { event.preventDefault(); if (reason.trim()) send(reason.trim()); }}>
      {(["call", "send", "verify"] as const).map((key, at) => <button key={key} type="button" autoFocus={at === 0} disabled={busy} onClick={() => send(t(`contact.reasons.${key}`))}>{t(`contact.reasons.${key}`)}</button>)}
      <div className="row"><input className="input" aria-label={t("contact.reason")} placeholder={t("contact.reason")} value={reason} onChange={(event) => setReason(event.target.value)} /><Button size="md" type="submit" busy={busy} disabled={!reason.trim()}>{t("contact.show")}</Button></div>
      <p className="meta">{t("contact.reasonHint")}</p>
    </form>
  );
}
