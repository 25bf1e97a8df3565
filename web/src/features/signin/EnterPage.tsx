import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "@tanstack/react-router";
import { enterByLink } from "../../api";
import { useRenewSession } from "../../app/session";
import { Door } from "./Door";

/** Links already sent. The page may be mounted anew while the answer is on its way, and a link works once. */
const sent = new Map<string, Promise<unknown>>();

function enterOnce(token: string) {
  const under = sent.get(token) ?? enterByLink(token);
  sent.set(token, under);
  return under;
}

/** A one-time link that signs in at once. */
export default function EnterPage() {
  const { t } = useTranslation("signin");
  const { token = "" } = useSearch({ from: "/enter" });
  const navigate = useNavigate();
  const renew = useRenewSession();
  const [failed, setFailed] = useState(!token);
  useEffect(() => {
    if (token) enterOnce(token).then(renew).then(() => navigate({ to: "/", replace: true })).catch(() => setFailed(true));
  }, [token, renew, navigate]);
  return (
    <Door title={t("enter.title")}>
      {failed && <p className="after" role="alert">{token ? t("enter.failed") : t("noToken")} <Link to="/signin">{t("toSignIn")}</Link></p>}
    </Door>
  );
}
