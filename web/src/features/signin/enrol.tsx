import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { beginTotp, confirmTotp, makePasskey, Problem } from "../../api";
import { Button, Failed, QrCode, Skeleton, TextField, useSend } from "../../ui";

/** Enrols an authenticator: a square to scan, and a first code as a proof. */
export function TotpForm({ onDone }: { onDone: (codes: string[]) => void }) {
  const { t } = useTranslation("signin");
  const begun = useQuery({ queryKey: ["totp"], queryFn: beginTotp, staleTime: Infinity, gcTime: 0, retry: false, refetchOnWindowFocus: false });
  const { busy, faults, fault, form } = useSend(async ({ text }) => onDone((await confirmTotp(text("code"))).codes));
  if (begun.error) return <Failed error={begun.error} retry={() => void begun.refetch()} />;
  if (!begun.data) return <Skeleton rows={4} />;
  return (
    <form className="form enrol" {...form}>
      <p className="meta">{t("enrol.scan")}</p>
      <QrCode rows={begun.data.qr} label={t("enrol.qr")} />
      <p className="meta">{t("enrol.type")} <code>{begun.data.secret.replace(/(.{4})(?=.)/g, "$1 ")}</code></p>
      <TextField name="code" label={t("second.code")} hint={t("second.codeHint")} inputMode="numeric" autoComplete="one-time-code" required faults={faults} />
      {fault && <p className="fault" role="alert">{fault}</p>}
      <Button look="fill" size="md" type="submit" busy={busy}>{t("enrol.turnOn")}</Button>
    </form>
  );
}

/** Lets the browser make a passkey. */
export function PasskeyForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation("signin");
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    try {
      await makePasskey(text("name"));
    } catch (error) {
      throw error instanceof DOMException ? new Problem(422, "", error.name === "InvalidStateError" ? t("enrol.known") : t("passkeyStopped")) : error;
    }
    onDone();
  });
  return (
    <form className="form" {...form}>
      <TextField name="name" label={t("enrol.name")} hint={t("enrol.nameHint")} maxLength={100} faults={faults} />
      {fault && <p className="fault" role="alert">{fault}</p>}
      <div className="acts"><Button size="md" icon="key" type="submit" busy={busy}>{t("enrol.passkey")}</Button></div>
    </form>
  );
}

/** Shown once: each opens the door once when the authenticator is lost. */
export function RecoveryCodes({ codes }: { codes: string[] }) {
  const { t } = useTranslation("signin");
  return (
    <>
      <p className="meta">{t("enrol.recovery")}</p>
      <ol className="codes" aria-label={t("enrol.codes")}>{codes.map((code) => <li key={code}><code>{code}</code></li>)}</ol>
      <Button icon="file" onClick={() => void navigator.clipboard.writeText(codes.join("\n"))}>{t("enrol.copy")}</Button>
    </>
  );
}
