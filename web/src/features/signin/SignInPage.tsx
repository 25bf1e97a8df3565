import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Problem, readSetup, signIn } from "../../api";
import { useRenewSession, useSessionQuery } from "../../app/session";
import { Button, TextField, useSend } from "../../ui";
import { Door } from "./Door";

/** Only addresses of our own may follow a sign-in. */
const own = (next: string | undefined) => (next && /^\/(?![/\\])/.test(next) ? next : "/");

export default function SignInPage() {
  const { t } = useTranslation("signin");
  const { next } = useSearch({ from: "/signin" });
  const navigate = useNavigate();
  const renew = useRenewSession();
  const session = useSessionQuery();
  const setup = useQuery({ queryKey: ["setup"], queryFn: readSetup });
  useEffect(() => { if (session.data) void navigate({ href: own(next), replace: true }); }, [session.data, next, navigate]);

  const { busy, faults, fault, form } = useSend(async ({ text, secret }) => {
    try {
      await signIn(text("email"), secret("password"));
    } catch (error) {
      if (error instanceof Problem && error.status === 401) throw new Problem(422, error.code, t("wrong"));
      if (error instanceof Problem && error.status === 429) throw new Problem(422, error.code, t("wait", { seconds: error.retryAfter ?? 30 }));
      throw error;
    }
    await renew();
  });
  if (setup.data?.needed) return <Door title={t("welcome")}><p className="after">{t("needsSetup")}</p></Door>;
  return (
    <Door title={t("welcome")}>
      <form className="form" {...form}>
        <TextField name="email" type="email" label={t("email")} autoComplete="username" autoFocus required faults={faults} />
        <TextField name="password" type="password" label={t("password")} autoComplete="current-password" required faults={faults} />
        {fault && <p className="fault" role="alert">{fault}</p>}
        <Button look="fill" type="submit" busy={busy}>{t("signIn")}</Button>
      </form>
      <p className="after">{t("forgot")}</p>
    </Door>
  );
}
