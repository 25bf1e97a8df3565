import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "@tanstack/react-router";
import { enterByLink } from "../../api";
import { useRenewSession } from "../../app/session";
import { Door } from "./Door";

/** A one-time link that signs in at once. */
export default function EnterPage() {
  const { t } = useTranslation("signin");
  const { token = "" } = useSearch({ from: "/enter" });
  const navigate = useNavigate();
  const renew = useRenewSession();
  const [failed, setFailed] = useState(!token);
  const tried = useRef(false);
  useEffect(() => {
    if (tried.current || !token) return; // the link works once: never send it twice
    tried.current = true;
    enterByLink(token).then(renew).then(() => navigate({ to: "/", replace: true })).catch(() => setFailed(true));
  }, [token, renew, navigate]);
  return (
    <Door title={t("enter.title")}>
      {failed && <p className="after" role="alert">{token ? t("enter.failed") : t("noToken")} <Link to="/signin">{t("toSignIn")}</Link></p>}
    </Door>
  );
}
