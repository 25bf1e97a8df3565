import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Body, PageHead, Tabs, useFormat } from "../../../ui";
import { daysOf, periods, type PeriodName } from "../conditionParts";
import { PeriodPick, SegmentPick } from "../Picks";
import { ChangeView } from "./ChangeView";
import { CommonView } from "./CommonView";
import { QuestionsView } from "./QuestionsView";
import "../analyze.css";
import "./why.css";

const tabs = ["questions", "change", "common"] as const;

/** Why: the ready questions, what made a figure change, and what a group that does badly has in common. */
export default function WhyPage() {
  const { t } = useTranslation("why");
  const format = useFormat();
  const search = useSearch({ from: "/shell/why" });
  const navigate = useNavigate({ from: "/why" });
  const go = (more: Partial<typeof search>) => void navigate({ to: ".", search: (now) => ({ ...now, ...more }), replace: true });
  const tab = tabs.find((each) => each === search.tab) ?? tabs[0];
  const named = periods.find((each) => each === search.period) ?? (tab === "common" ? "last90" : "last30");
  const days = search.from && search.to ? { from: search.from, to: search.to } : daysOf(named, format.today());
  const chosen = !!search.period || !!(search.from && search.to); // each question has days of its own
  return (
    <>
      <PageHead title={t("title")}>
        {(tab !== "questions" || chosen) && <PeriodPick days={days} named={search.from && search.to ? undefined : named} onNamed={(period: PeriodName) => go({ period, from: undefined, to: undefined })} onDays={(from, to) => go({ period: undefined, from, to })} />}
        {tab === "questions" && !chosen && <button type="button" className="btn md" onClick={() => go({ period: "last90" })}>{t("questions.ownDays")}</button>}
        {tab !== "common" && <SegmentPick segment={search.segment} onPick={(segment) => go({ segment })} />}
      </PageHead>
      <div className="filters"><Tabs label={t("tabs")} value={tab} onChange={(to) => go({ tab: to === tabs[0] ? undefined : to })} tabs={tabs.map((key) => ({ key, label: t(`tab.${key}`) }))} /></div>
      <Body className="reasons">
        {tab === "questions" ? <QuestionsView question={search.question} days={chosen ? days : {}} segment={search.segment} go={go} /> : tab === "change" ? <ChangeView search={search} days={days} go={go} /> : <CommonView search={search} days={days} go={go} />}
      </Body>
    </>
  );
}
