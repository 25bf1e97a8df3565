import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { reveal, type ContactPoint, type CustomerPage } from "../../api";
import { useCan } from "../../app/session";
import { Button, Locked, Pop, useToast } from "../../ui";

const SHOWN = 60; // seconds an unmasked value stays

/** How to reach her: masked, and shown for a stated reason to whoever may. */
export function Contacts({ of }: { of: CustomerPage }) {
  const { t } = useTranslation("customer");
  if (of.rights["phone"] === "none" && of.rights["email"] === "none") return <Locked />;
  if (of.contact_points.length === 0) return <p className="dim">{t("contact.none")}</p>;
  return <dl className="facts">{of.contact_points.map((point) => <Point key={point.id} of={of} point={point} />)}</dl>;
}

function Point({ of, point }: { of: CustomerPage; point: ContactPoint }) {
  const { t, i18n } = useTranslation("customer");
  const can = useCan();
  const [plain, setPlain] = useState<string | null>(null);
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (!plain) return;
    const timer = setInterval(() => setLeft((seconds) => seconds - 1), 1000);
    return () => clearInterval(timer);
  }, [plain]);
  const over = left <= 0;
  useEffect(() => { if (over) setPlain(null); }, [over]);
  const label = i18n.exists(`customer:field.${point.kind}`) ? t(`field.${point.kind as "phone"}`) : point.kind;
  const masked = point.value.includes("*");
  const state = point.state && point.state !== "ok" && point.state !== "active" && point.state !== "unknown" ? t("contact.invalid") : point.verified ? t("contact.verified") : t("contact.unverified");
  return (
    <>
      <dt>{label}</dt>
      <dd>
        {plain ? <ContactLink kind={point.kind} value={plain} /> : <span className="cut">{point.value || "—"}</span>}
        <span className="x">
          {plain ? t("contact.shownFor", { seconds: left }) : masked && can("reveal.contact") ? (
            <Pop title={t("contact.reason")} content={(close) => <Why onReason={async (reason) => { setPlain(valueOf(of, point, (await reveal(of.id, point.kind, reason)).values)); setLeft(SHOWN); close(); }} />}>
              <Button look="link" className="meta">{t("contact.show")}</Button>
            </Pop>
          ) : state}
        </span>
      </dd>
    </>
  );
}

/** All values of a kind come together, in the order of the contact points. */
const valueOf = (of: CustomerPage, point: ContactPoint, values: string[]) => values[of.contact_points.filter((each) => each.kind === point.kind).findIndex((each) => each.id === point.id)] ?? values[0] ?? "";

function ContactLink({ kind, value }: { kind: string; value: string }) {
  const scheme = kind === "phone" ? "tel:" : kind === "email" ? "mailto:" : null;
  return scheme ? <a className="cut" href={scheme + value}>{value}</a> : <span className="cut">{value}</span>;
}

function Why({ onReason }: { onReason: (reason: string) => Promise<void> }) {
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
