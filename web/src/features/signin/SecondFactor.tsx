import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { knowsPasskeys, readMySignIn, showSecondFactor, signInByPasskey, signOut } from "../../api";
import { useRenewSession } from "../../app/session";
import { Button, TextField, useFault, useSend } from "../../ui";
import { PasskeyForm, RecoveryCodes, TotpForm } from "./enrol";

/** The second of two factors: a code of the authenticator, a recovery code, or a passkey. */
export function SecondFactor({ methods }: { methods: string[] }) {
  const { t } = useTranslation("signin");
  const say = useFault();
  const renew = useRenewSession();
  const [recovery, setRecovery] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const { busy, faults, fault, form } = useSend(async ({ text }) => { await showSecondFactor(text("code")); await renew(); });
  const codes = methods.includes("totp") || methods.includes("recovery");
  const byRecovery = recovery || !methods.includes("totp");
  return (
    <>
      {methods.includes("passkey") && knowsPasskeys() && (
        <div className="ways">
          <Button size="md" icon="key" look={codes ? "line" : "fill"} onClick={() => { setRefused(null); signInByPasskey().then(renew).catch((error: unknown) => setRefused(error instanceof DOMException ? t("passkeyStopped") : say(error))); }}>{t("passkey")}</Button>
          {refused && <p className="fault" role="alert">{refused}</p>}
        </div>
      )}
      {codes && (
        <form className="form" {...form}>
          <TextField key={String(byRecovery)} name="code" label={byRecovery ? t("second.recovery") : t("second.code")} hint={byRecovery ? t("second.recoveryHint") : t("second.codeHint")}
            inputMode={byRecovery ? "text" : "numeric"} autoComplete="one-time-code" autoFocus required faults={faults} />
          {fault && <p className="fault" role="alert">{fault}</p>}
          <Button look="fill" type="submit" busy={busy}>{t("second.go")}</Button>
        </form>
      )}
      <p className="after">
        {methods.includes("totp") && methods.includes("recovery") && <><Button look="link" onClick={() => setRecovery(!recovery)}>{recovery ? t("second.useCode") : t("second.useRecovery")}</Button> {"· "}</>}
        <Button look="link" onClick={() => void signOut().then(renew)}>{t("second.back")}</Button>
      </p>
    </>
  );
}

/** Whoever must have a second factor and has none gets one before anything else. */
export function Enrolling({ onShown }: { onShown: (shown: boolean) => void }) {
  const { t } = useTranslation("signin");
  const renew = useRenewSession();
  const mine = useQuery({ queryKey: ["my-sign-in"], queryFn: readMySignIn });
  const [codes, setCodes] = useState<string[] | null>(null);
  const go = () => { onShown(false); void renew(); };
  if (codes) return <><RecoveryCodes codes={codes} /><p className="after"><Button look="fill" onClick={go}>{t("enrol.done")}</Button></p></>;
  return (
    <>
      <TotpForm onDone={(made) => { onShown(true); setCodes(made); }} />
      {mine.data?.passkeys_usable && knowsPasskeys() && <><p className="meta">{t("or")}</p><PasskeyForm onDone={go} /></>}
      <p className="after"><Button look="link" onClick={() => void signOut().then(renew)}>{t("second.back")}</Button></p>
    </>
  );
}
