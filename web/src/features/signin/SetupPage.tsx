import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { redeemLink, type Language } from "../../api";
import { useLanguage } from "../../app/i18n";
import { useRenewSession } from "../../app/session";
import { Button, Field, TextField, useSend } from "../../ui";
import { Door } from "./Door";
import { currencies, currencyName, timeZones } from "./places";

/** The first person names the company and becomes its administrator. */
export default function SetupPage() {
  const { t } = useTranslation("signin");
  const { token = "" } = useSearch({ from: "/setup" });
  const language = useLanguage();
  const navigate = useNavigate();
  const renew = useRenewSession();
  const { busy, faults, fault, form } = useSend(async ({ text, secret }) => {
    await redeemLink({
      token, name: text("name"), email: text("email"), password: secret("password"),
      workspace: { name: text("workspace.name"), time_zone: text("workspace.time_zone"), currency: text("workspace.currency"), language: text("workspace.language") as Language },
    });
    await renew();
    await navigate({ to: "/", replace: true });
  });
  if (!token) return <Door title={t("setup.title")}><p className="after">{t("noToken")}</p></Door>;
  return (
    <Door title={t("setup.title")} lead={t("setup.lead")}>
      <form className="form" {...form}>
        <TextField name="workspace.name" label={t("setup.company")} autoComplete="organization" autoFocus required faults={faults} />
        <Field label={t("setup.timeZone")} hint={t("setup.timeZoneHint")} fault={faults["workspace.time_zone"]}>
          {(attributes) => <select className="input" name="workspace.time_zone" defaultValue={Intl.DateTimeFormat().resolvedOptions().timeZone} {...attributes}>{timeZones().map((zone) => <option key={zone}>{zone}</option>)}</select>}
        </Field>
        <div className="two">
          <Field label={t("setup.currency")} fault={faults["workspace.currency"]}>
            {(attributes) => <select className="input" name="workspace.currency" defaultValue={language === "zh-CN" ? "CNY" : "USD"} {...attributes}>{currencies.map((code) => <option key={code} value={code}>{currencyName(code, language)}</option>)}</select>}
          </Field>
          <Field label={t("setup.language")} fault={faults["workspace.language"]}>
            {(attributes) => <Languages {...attributes} />}
          </Field>
        </div>
        <h2>{t("setup.you")}</h2>
        <TextField name="name" label={t("setup.name")} autoComplete="name" required faults={faults} />
        <TextField name="email" type="email" label={t("email")} autoComplete="username" required faults={faults} />
        <TextField name="password" type="password" label={t("password")} hint={t("passwordHint")} autoComplete="new-password" minLength={12} required faults={faults} />
        {fault && <p className="fault" role="alert">{fault}</p>}
        <Button look="fill" type="submit" busy={busy}>{t("setup.submit")}</Button>
      </form>
    </Door>
  );
}

function Languages(attributes: object) {
  const { t } = useTranslation("app");
  return <select className="input" name="workspace.language" defaultValue={useLanguage()} {...attributes}><option value="zh-CN">{t("language.zh-CN")}</option><option value="en-US">{t("language.en-US")}</option></select>;
}
