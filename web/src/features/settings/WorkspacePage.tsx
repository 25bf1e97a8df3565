import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { changeWorkspace, readWorkspace, type Language, type Workspace } from "../../api";
import { chooseLanguage, useLanguage } from "../../app/i18n";
import { useCan } from "../../app/session";
import { chooseTheme, themeChoice, type ThemeChoice } from "../../app/theme";
import { Body, Button, Failed, Field, PageHead, Section, Skeleton, TextField, useSend, useToast } from "../../ui";
import { currencies, currencyName, timeZones } from "../signin";
import { NetworkSection } from "./NetworkSection";
import "./settings.css";

export default function WorkspacePage() {
  const { t } = useTranslation("settings");
  const { data, error, refetch } = useQuery({ queryKey: ["workspace"], queryFn: readWorkspace });
  return (
    <>
      <PageHead title={t("workspace.title")} />
      <Body className="narrow">
        {error ? <Failed error={error} retry={() => void refetch()} /> : data ? <Company of={data} /> : <Skeleton />}
        <Section title={t("workspace.display")} side={t("workspace.displayHint")}><Display /></Section>
        <NetworkSection />
      </Body>
    </>
  );
}

function Company({ of }: { of: Workspace }) {
  const { t } = useTranslation("settings");
  const { t: word } = useTranslation("app");
  const language = useLanguage();
  const client = useQueryClient();
  const { say } = useToast();
  const may = useCan()("settings.write");
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    const before = of;
    const after = await changeWorkspace({ name: text("name"), time_zone: text("time_zone"), currency: text("currency"), language: text("language") as Language });
    const take = async (settings: Workspace) => { client.setQueryData(["workspace"], settings); await client.invalidateQueries({ queryKey: ["session"] }); };
    await take(after);
    say({ text: t("workspace.saved"), undo: async () => take(await changeWorkspace({ name: before.name, time_zone: before.time_zone, currency: before.currency, language: before.language })) });
  });
  const zones = [...new Set([of.time_zone, ...timeZones()])].sort();
  return (
    <form key={JSON.stringify(of)} className="form sect" {...form}>
      <TextField name="name" label={t("workspace.name")} defaultValue={of.name} readOnly={!may} required faults={faults} />
      <Field label={t("workspace.timeZone")} hint={t("workspace.timeZoneHint")} fault={faults["time_zone"]}>
        {(attributes) => <select className="input" name="time_zone" defaultValue={of.time_zone} disabled={!may} {...attributes}>{zones.map((zone) => <option key={zone}>{zone}</option>)}</select>}
      </Field>
      <div className="two">
        <Field label={t("workspace.currency")} fault={faults["currency"]}>
          {(attributes) => <select className="input" name="currency" defaultValue={of.currency} disabled={!may} {...attributes}>{[...new Set([of.currency, ...currencies])].map((code) => <option key={code} value={code}>{currencyName(code, language)}</option>)}</select>}
        </Field>
        <Field label={t("workspace.language")} fault={faults["language"]}>
          {(attributes) => <select className="input" name="language" defaultValue={of.language} disabled={!may} {...attributes}><option value="zh-CN">{word("language.zh-CN")}</option><option value="en-US">{word("language.en-US")}</option></select>}
        </Field>
      </div>
      {fault && <p className="fault" role="alert">{fault}</p>}
      {may && <div><Button look="fill" size="md" type="submit" busy={busy}>{t("workspace.save")}</Button></div>}
    </form>
  );
}

function Display() {
  const { t } = useTranslation("app");
  const { t: own } = useTranslation("settings");
  const language = useLanguage();
  const [theme, setTheme] = useState(themeChoice());
  const pick = (to: ThemeChoice) => { chooseTheme(to); setTheme(to); };
  return (
    <dl className="facts wide">
      <dt>{own("workspace.theme")}</dt>
      <dd><div className="seg" role="group" aria-label={own("workspace.theme")}>{(["system", "light", "dark"] as const).map((to) => <button key={to} type="button" aria-pressed={theme === to} onClick={() => pick(to)}>{t(`theme.${to}`)}</button>)}</div></dd>
      <dt>{own("workspace.languageMine")}</dt>
      <dd><div className="seg" role="group" aria-label={own("workspace.languageMine")}>{(["zh-CN", "en-US"] as const).map((to) => <button key={to} type="button" lang={to} aria-pressed={language === to} onClick={() => void chooseLanguage(to)}>{t(`language.${to}`)}</button>)}</div></dd>
    </dl>
  );
}
