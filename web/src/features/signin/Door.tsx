import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { chooseLanguage, useLanguage } from "../../app/i18n";
import { Button, Logo } from "../../ui";
import "./signin.css";

/** The narrow page in front of the application. */
export function Door({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  const { t } = useTranslation("app");
  const language = useLanguage();
  const other = language === "zh-CN" ? "en-US" : "zh-CN";
  return (
    <main className="door">
      <div>
        <header><Logo size={28} /><Button look="bare" icon="lang" lang={other} onClick={() => void chooseLanguage(other)}>{t(`language.${other}`)}</Button></header>
        <h1>{title}</h1>
        {lead && <p className="mid">{lead}</p>}
        {children}
      </div>
    </main>
  );
}
