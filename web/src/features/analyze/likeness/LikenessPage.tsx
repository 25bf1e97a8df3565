import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Body, PageHead, Tabs } from "../../../ui";
import { PersonaTab } from "./PersonaTab";
import "../analyze.css";
import "./likeness.css";

const tabs = ["personas"] as const;

/** Whom customers are like: what sets a group apart, and what may be done with it. */
export default function LikenessPage() {
  const { t } = useTranslation("likeness");
  const search = useSearch({ from: "/shell/likeness" });
  const navigate = useNavigate({ from: "/likeness" });
  const go = (more: Partial<typeof search>) => void navigate({ to: ".", search: (now) => ({ ...now, ...more }), replace: true });
  const tab = tabs.find((each) => each === search.tab) ?? tabs[0];
  return (
    <>
      <PageHead title={t("title")} meta={t(`meta.${tab}`)} />
      <div className="filters"><Tabs label={t("tabs")} value={tab} onChange={(to) => go({ tab: to === tabs[0] ? undefined : to })} tabs={tabs.map((key) => ({ key, label: t(`tab.${key}`) }))} /></div>
      <Body className="likeness">
        <PersonaTab search={search} go={go} />
      </Body>
    </>
  );
}
