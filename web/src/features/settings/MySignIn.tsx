import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { changePassword, endTotp, knowsPasskeys, newRecoveryCodes, type Passkey, readMySignIn, removePasskey } from "../../api";
import { Button, Dialog, Failed, Section, Skeleton, Tag, TextField, useFormat, useSend, useToast } from "../../ui";
import { PasskeyForm, RecoveryCodes, TotpForm } from "../signin";

type Open = "totp" | "passkey" | "password" | "codes" | null;

/** How I sign in: password, one-time codes, passkeys. */
export function MySignIn() {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const answer = useQuery({ queryKey: ["my-sign-in"], queryFn: readMySignIn });
  const [open, setOpen] = useState<Open>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const again = () => client.invalidateQueries({ queryKey: ["my-sign-in"] });
  const close = () => { setOpen(null); setCodes(null); void again(); };
  const off = useMutation({ mutationFn: endTotp, onSuccess: () => { say({ text: t("mine.totpOff") }); void again(); }, onError: sayFault });
  const renew = useMutation({ mutationFn: newRecoveryCodes, onSuccess: (made) => { setCodes(made.codes); setOpen("codes"); }, onError: sayFault });
  const remove = useMutation({ mutationFn: (key: Passkey) => removePasskey(key.id), onSuccess: () => { say({ text: t("mine.passkeyGone") }); void again(); }, onError: sayFault });
  if (answer.error) return <Section title={t("mine.title")}><Failed error={answer.error} retry={() => void answer.refetch()} /></Section>;
  if (!answer.data) return <Section title={t("mine.title")}><Skeleton rows={3} /></Section>;
  const mine = answer.data;
  return (
    <Section title={t("mine.title")} side={mine.second_factor_due && t("mine.due")}>
      <dl className="ways-mine">
        <dt>{t("mine.password")}</dt>
        <dd>{mine.password ? t("mine.set") : t("mine.unset")} <Button onClick={() => setOpen("password")}>{mine.password ? t("mine.change") : t("mine.choose")}</Button></dd>
        <dt>{t("mine.totp")}</dt>
        <dd>
          {mine.totp ? <><Tag tone="ok">{t("mine.on")}</Tag> {t("mine.left", { count: mine.recovery })} <Button busy={renew.isPending} onClick={() => renew.mutate()}>{t("mine.newCodes")}</Button> <Button busy={off.isPending} onClick={() => off.mutate()}>{t("mine.turnOff")}</Button></>
            : <>{t("mine.totpHint")} <Button onClick={() => setOpen("totp")}>{t("mine.turnOn")}</Button></>}
        </dd>
        <dt>{t("mine.passkeys")}</dt>
        <dd>
          {mine.passkeys.map((key) => (
            <p key={key.id}><span className="name">{key.name}</span> <span className="meta">{key.last_used_at ? t("mine.used", { at: format.when(key.last_used_at) }) : t("mine.never")}</span> <Button look="link" aria-label={t("mine.removeOf", { name: key.name })} onClick={() => remove.mutate(key)}>{t("mine.remove")}</Button></p>
          ))}
          {mine.passkeys_usable && knowsPasskeys() ? <>{mine.passkeys.length === 0 && t("mine.passkeyHint")} <Button icon="plus" onClick={() => setOpen("passkey")}>{t("mine.addPasskey")}</Button></> : <span className="meta">{t("mine.noPasskeys")}</span>}
        </dd>
      </dl>
      <Dialog open={open === "totp"} onClose={close} title={t("mine.totp")} width={420}>
        {codes ? <><RecoveryCodes codes={codes} /><div className="acts"><Button look="fill" size="md" onClick={close}>{t("mine.done")}</Button></div></> : <TotpForm onDone={setCodes} />}
      </Dialog>
      <Dialog open={open === "codes"} onClose={close} title={t("mine.newCodes")} width={420}>{codes && <RecoveryCodes codes={codes} />}</Dialog>
      <Dialog open={open === "passkey"} onClose={close} title={t("mine.addPasskey")} width={420}><PasskeyForm onDone={() => { say({ text: t("mine.passkeyMade") }); close(); }} /></Dialog>
      <Dialog open={open === "password"} onClose={close} title={t("mine.change")} width={420}><PasswordForm min={mine.min_length} onDone={() => { say({ text: t("mine.passwordChanged") }); close(); }} /></Dialog>
    </Section>
  );
}

function PasswordForm({ min, onDone }: { min: number; onDone: () => void }) {
  const { t } = useTranslation("settings");
  const { busy, faults, fault, form } = useSend(async ({ secret }) => { await changePassword(secret("password")); onDone(); });
  return (
    <form className="form" {...form}>
      <TextField name="password" type="password" label={t("mine.newPassword")} hint={t("mine.passwordHint", { min })} autoComplete="new-password" minLength={min} required autoFocus faults={faults} />
      {fault && <p className="fault" role="alert">{fault}</p>}
      <div className="acts"><Button look="fill" size="md" type="submit" busy={busy}>{t("mine.save")}</Button></div>
    </form>
  );
}
