import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useEffect, useState } from "react";
import { beginOutside, knowsPasskeys, Problem, readSetup, readWays, signIn, signInByPasskey } from "../../api";
import { useRenewSession, useSessionQuery } from "../../app/session";
import { Button, TextField, useFault, useSend } from "../../ui";
import { Door } from "./Door";
import { Enrolling, SecondFactor } from "./SecondFactor";

/** Only addresses of our own may follow a sign-in. */
const own = (next: string | undefined) => (next && /^\/(?![/\\])/.test(next) ? next : "/");

export default function SignInPage() {
  const { t } = useTranslation("signin");
  const { next } = useSearch({ from: "/signin" });
  const navigate = useNavigate();
  const renew = useRenewSession();
  const session = useSessionQuery();
  const [shown, setShown] = useState(false); // recovery codes are still to be written down
  const setup = useQuery({ queryKey: ["setup"], queryFn: readSetup });
  useEffect(() => { if (session.data && !session.data.awaiting && !shown) void navigate({ href: own(next), replace: true }); }, [session.data, shown, next, navigate]);

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
  if (shown || session.data?.awaiting === "enrolment") return <Door title={t("enrol.title")} lead={t("enrol.lead")}><Enrolling onShown={setShown} /></Door>;
  if (session.data?.awaiting) return <Door title={t("second.title")} lead={t("second.lead", { name: session.data.staff.name })}><SecondFactor methods={session.data.methods ?? []} /></Door>;
  if (setup.data?.needed) return <Door title={t("welcome")}><p className="after">{t("needsSetup")}</p></Door>;
  return (
    <Door title={t("welcome")}>
      <form className="form" {...form}>
        <TextField name="email" type="email" label={t("email")} autoComplete="username" autoFocus required faults={faults} />
        <TextField name="password" type="password" label={t("password")} autoComplete="current-password" required faults={faults} />
        {fault && <p className="fault" role="alert">{fault}</p>}
        <Button look="fill" type="submit" busy={busy}>{t("signIn")}</Button>
      </form>
      <OtherWays />
      <p className="after">{t("forgot")}</p>
    </Door>
  );
}

/** What this company and this browser know beside a password. */
function OtherWays() {
  const { t } = useTranslation("signin");
  const say = useFault();
  const renew = useRenewSession();
  const ways = useQuery({ queryKey: ["ways"], queryFn: readWays });
  const [fault, setFault] = useState<string | null>(null);
  const passkeys = ways.data?.passkeys && knowsPasskeys();
  const outside = ways.data?.outside;
  if (!passkeys && !outside) return null;
  const refuse = (error: unknown) => setFault(error instanceof DOMException ? t("passkeyStopped") : say(error));
  return (
    <div className="ways">
      <p className="meta">{t("or")}</p>
      {passkeys && <Button size="md" icon="key" onClick={() => { setFault(null); signInByPasskey().then(renew).catch(refuse); }}>{t("passkey")}</Button>}
      {outside && <Button size="md" icon="out" onClick={() => { setFault(null); beginOutside().then(({ address }) => location.assign(address)).catch(refuse); }}>{t("outside", { name: outside })}</Button>}
      {fault && <p className="fault" role="alert">{fault}</p>}
    </div>
  );
}
