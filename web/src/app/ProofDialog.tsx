import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { knowsPasskeys, proveBy, proveByPasskey, readMySignIn, whenProofAsked } from "../api";
import { Button, Dialog, TextField, useFault, useSend } from "../ui";

/** Asks the person to show again who she is whenever an act wants it, and lets the act go on. */
export function ProofDialog() {
  const { t } = useTranslation("app");
  const [answer, setAnswer] = useState<((proven: boolean) => void) | null>(null);
  useEffect(() => {
    whenProofAsked(() => new Promise((resolve) => setAnswer(() => resolve)));
    return () => whenProofAsked(null);
  }, []);
  const end = (proven: boolean) => { answer?.(proven); setAnswer(null); };
  return <Dialog open={!!answer} onClose={() => end(false)} title={t("proof.title")} width={400}>{answer && <Proof onProven={() => end(true)} />}</Dialog>;
}

function Proof({ onProven }: { onProven: () => void }) {
  const { t } = useTranslation("app");
  const say = useFault();
  const { data: mine } = useQuery({ queryKey: ["my-sign-in"], queryFn: readMySignIn });
  const [refused, setRefused] = useState<string | null>(null);
  const { busy, faults, fault, form } = useSend(async ({ text, secret }) => {
    await proveBy(mine?.totp ? { code: text("code") } : { password: secret("password") });
    onProven();
  });
  if (!mine) return null;
  const passkey = mine.passkeys.length > 0 && knowsPasskeys();
  const typed = mine.totp ? "code" : mine.passkeys.length === 0 && mine.password ? "password" : null;
  return (
    <>
      <p className="meta">{t("proof.lead")}</p>
      {passkey && <Button size="md" icon="key" onClick={() => { setRefused(null); proveByPasskey().then(onProven, (error: unknown) => setRefused(error instanceof DOMException ? t("proof.stopped") : say(error))); }}>{t("proof.passkey")}</Button>}
      {refused && <p className="fault" role="alert">{refused}</p>}
      {typed ? (
        <form className="form" {...form}>
          {typed === "code"
            ? <TextField key="code" name="code" label={t("proof.code")} hint={t("proof.codeHint")} autoComplete="one-time-code" autoFocus required faults={faults} />
            : <TextField key="password" name="password" type="password" label={t("proof.password")} autoComplete="current-password" autoFocus required faults={faults} />}
          {fault && <p className="fault" role="alert">{fault}</p>}
          <div className="acts"><Button look="fill" size="md" type="submit" busy={busy}>{t("proof.go")}</Button></div>
        </form>
      ) : !passkey && <p className="meta">{t("proof.again")}</p>}
    </>
  );
}
