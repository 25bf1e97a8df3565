import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Body, PageHead, Tabs } from "../../ui";
import { Overview } from "./Overview";
import { Purposes } from "./Purposes";
import { Register } from "./Register";
import { Requests } from "./Requests";
import { Retention } from "./Retention";
import { Settings } from "./Settings";
import "./privacy.css";

const tabs = ["overview", "purposes", "requests", "retention", "register", "settings"] as const;
type Key = (typeof tabs)[number];

/** Personal data: consent, what people ask for, how long things are kept, and the register of it all. */
export default function PrivacyPage() {
  const { t } = useTranslation("privacy");
  const search = useSearch({ from: "/shell/settings/privacy" });
  const navigate = useNavigate();
  const tab = tabs.find((each) => each === search.tab) ?? "overview";
  const go = (to: Key) => void navigate({ to: "/settings/privacy", search: to === "overview" ? {} : { tab: to } });
  return (
    <>
      <PageHead title={t("title")} />
      <div className="filters"><Tabs label={t("title")} value={tab} onChange={go} tabs={tabs.map((key) => ({ key, label: t(`tab.${key}`) }))} /></div>
      <Body>
        {tab === "overview" && <Overview />}
        {tab === "purposes" && <Purposes />}
        {tab === "requests" && <Requests />}
        {tab === "retention" && <Retention />}
        {tab === "register" && <Register />}
        {tab === "settings" && <Settings />}
      </Body>
    </>
  );
}
