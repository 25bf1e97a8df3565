import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { endOutside } from "../../api";
import { useRenewSession } from "../../app/session";
import { useFault } from "../../ui";
import { Door } from "./Door";

/** A way back is good once, and the page may be mounted anew while the answer is on its way. */
const sent = new Map<string, Promise<unknown>>();

function endOnce(code: string, state: string) {
  const under = sent.get(state) ?? endOutside(code, state);
  sent.set(state, under);
  return under;
}

/** Where the sign-in provider sends the browser back to. */
export default function OutsidePage() {
  const { t } = useTranslation("signin");
  const say = useFault();
  const { code = "", state = "", error } = useSearch({ from: "/sign-in/outside" });
  const navigate = useNavigate();
  const renew = useRenewSession();
  const [fault, setFault] = useState<string | null>(error || !code ? t("outsideStopped") : null);
  useEffect(() => {
    if (code && !error) endOnce(code, state).then(renew).then(() => navigate({ to: "/signin", replace: true })).catch((problem: unknown) => setFault(say(problem)));
    // the words of a fault are looked up when it comes, not a reason to come back again
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [code, state, error]);
  return <Door title={t("enter.title")}>{fault && <p className="after" role="alert">{fault} <Link to="/signin">{t("toSignIn")}</Link></p>}</Door>;
}
