import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Body, Failed, PageHead, Skeleton, Tabs } from "../../../ui";
import { Board } from "./Board";
import { MailTab } from "./MailTab";
import { ReviewTab } from "./ReviewTab";
import { dashboardsQuery, readyDashboardsQuery } from "./queries";
import "../analyze.css";
import "../report";
import "./dashboard.css";

const tabs = ["boards", "review", "mail"] as const;

/** Dashboards, and what is sent by mail; what is open stands in the address. */
export default function DashboardsPage() {
  const { t } = useTranslation("dashboard");
  const { tab: asked } = useSearch({ from: "/shell/dashboards" });
  const navigate = useNavigate({ from: "/dashboards" });
  const tab = tabs.find((each) => each === asked) ?? "boards";
  const bar = <div className="filters"><Tabs label={t("tabs")} value={tab} onChange={(to) => void navigate({ to: ".", search: to === "boards" ? {} : { tab: to } })} tabs={tabs.map((key) => ({ key, label: t(`tab.${key}`) }))} /></div>;
  if (tab === "boards") return <Boards bar={bar} />;
  return <><PageHead title={t(`tab.${tab}`)} />{bar}<Body>{tab === "mail" ? <MailTab /> : <ReviewTab />}</Body></>;
}

/** One's own dashboards, those shared with one and those the product brings. */
function Boards({ bar }: { bar: ReactNode }) {
  const { board } = useSearch({ from: "/shell/dashboards" });
  const saved = useQuery(dashboardsQuery);
  const ready = useQuery(readyDashboardsQuery);
  const error = ready.error ?? saved.error;
  if (error && !(ready.data && saved.data)) return <Failed error={error} retry={() => { void ready.refetch(); void saved.refetch(); }} />;
  if (!ready.data || !saved.data) return <Skeleton rows={14} />;
  const first = saved.data.items.find((each) => each.mine)?.id ?? ready.data.items.find((each) => each.mine)?.key ?? ready.data.items[0]?.key ?? "";
  const open = board ?? first;
  return <Board key={open} open={open} own={saved.data.items} ready={ready.data.items} bar={bar} />;
}
