import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Body, PageHead, Tabs, useFormat } from "../../../ui";
import { PeriodPick, SegmentPick } from "../Picks";
import { daysOf, periods, type PeriodName } from "../conditionParts";
import { Concerns } from "./Concerns";
import { Flow } from "./Flow";
import { FunnelView } from "./FunnelView";
import { Overview } from "./Overview";
import { Regions } from "./Regions";
import { Sticky } from "./Sticky";
import "../analyze.css";
import "./behaviour.css";

const tabs = ["sessions", "funnel", "paths", "concerns", "regions", "sticky"] as const;

/** What people do on site and in app: their sessions, how far they go through steps, and which way. */
export default function BehaviourPage() {
  const { t } = useTranslation("behaviour");
  const format = useFormat();
  const search = useSearch({ from: "/shell/behaviour" });
  const navigate = useNavigate({ from: "/behaviour" });
  const go = (more: Partial<typeof search>) => void navigate({ to: ".", search: (now) => ({ ...now, ...more }), replace: true });
  const tab = tabs.find((each) => each === search.tab) ?? "sessions";
  const named = periods.find((each) => each === search.period) ?? "last30";
  const days = search.from && search.to ? { from: search.from, to: search.to } : daysOf(named, format.today());
  const query = { ...days, segment: search.segment };
  return (
    <>
      <PageHead title={t("title")}>
        {tab !== "regions" && <PeriodPick days={days} named={search.from && search.to ? undefined : named} onNamed={(period: PeriodName) => go({ period: period === "last30" ? undefined : period, from: undefined, to: undefined })} onDays={(from, to) => go({ period: undefined, from, to })} />}
        <SegmentPick segment={search.segment} onPick={(segment) => go({ segment })} />
      </PageHead>
      <div className="filters"><Tabs label={t("tabs")} value={tab} onChange={(to) => go({ tab: to === "sessions" ? undefined : to })} tabs={tabs.map((key) => ({ key, label: t(`tab.${key}`) }))} /></div>
      <Body className="behaviour">
        {tab === "sessions" ? <Overview query={query} split={search.split} onSplit={(split) => go({ split })} />
          : tab === "funnel" ? <FunnelView query={query} search={search} go={go} />
          : tab === "concerns" ? <Concerns query={query} />
          : tab === "regions" ? <Regions segment={search.segment} />
          : tab === "sticky" ? <Sticky query={query} event={search.event} onEvent={(event) => go({ event })} />
          : <Flow query={query} of={search.of === "events" ? "events" : "pages"} start={search.start} go={go} />}
      </Body>
    </>
  );
}
