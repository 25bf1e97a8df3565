import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useCan } from "../../../app/session";
import { Body, PageHead, Tabs } from "../../../ui";
import { AlikeTab } from "./AlikeTab";
import { ClustersTab } from "./ClustersTab";
import { CompareTab } from "./CompareTab";
import { GoodsTab } from "./GoodsTab";
import { PersonaTab } from "./PersonaTab";
import { PriceTab } from "./PriceTab";
import "../analyze.css";
import "./likeness.css";

const tabs = ["clusters", "personas", "alike", "goods", "price", "compare"] as const;

/** Whom customers are like: what sets a group apart, and what may be done with it. */
export default function LikenessPage() {
  const { t } = useTranslation("likeness");
  const search = useSearch({ from: "/shell/likeness" });
  const navigate = useNavigate({ from: "/likeness" });
  const go = (more: Partial<typeof search>) => void navigate({ to: ".", search: (now) => ({ ...now, ...more }), replace: true });
  const can = useCan();
  const offered = tabs.filter((each) => each === "personas" || each === "alike" || can("metrics.read"));
  const first = offered[0] ?? "personas";
  const tab = offered.find((each) => each === search.tab) ?? first;
  return (
    <>
      <PageHead title={t("title")} meta={t(`meta.${tab}`)} />
      <div className="filters"><Tabs label={t("tabs")} value={tab} onChange={(to) => go({ tab: to === first ? undefined : to })} tabs={offered.map((key) => ({ key, label: t(`tab.${key}`) }))} /></div>
      <Body className="likeness">
        {tab === "clusters" ? <ClustersTab /> : tab === "price" ? <PriceTab /> : tab === "compare" ? <CompareTab /> : tab === "alike" ? <AlikeTab segment={search.segment} onPick={(segment) => go({ segment })} /> : tab === "goods" ? <GoodsTab segment={search.segment} onPick={(segment) => go({ segment })} /> : <PersonaTab search={search} go={go} />}
      </Body>
    </>
  );
}
