import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { redeemLink } from "../../api";
import { useRenewSession } from "../../app/session";
import { Button, TextField, useSend } from "../../ui";
import { Door } from "./Door";

/** A colleague takes up an invitation by choosing a password. */
export default function InvitePage() {
  const { t } = useTranslation("signin");
  const { token = "" } = useSearch({ from: "/invite" });
  const navigate = useNavigate();
  const renew = useRenewSession();
  const { busy, faults, fault, form } = useSend(async ({ text, secret }) => {
    const name = text("name");
    await redeemLink({ token, password: secret("password"), ...(name ? { name } : {}) });
    await renew();
    await navigate({ to: "/", replace: true });
  });
  if (!token) return <Door title={t("invite.title")}><p className="after">{t("noToken")}</p></Door>;
  return (
    <Door title={t("invite.title")} lead={t("invite.lead")}>
      <form className="form" {...form}>
        <TextField name="name" label={t("invite.name")} autoComplete="name" faults={faults} />
        <TextField name="password" type="password" label={t("password")} hint={t("passwordHint")} autoComplete="new-password" autoFocus minLength={12} required faults={faults} />
        {fault && <p className="fault" role="alert">{fault}</p>}
        <Button look="fill" type="submit" busy={busy}>{t("invite.submit")}</Button>
      </form>
    </Door>
  );
}
