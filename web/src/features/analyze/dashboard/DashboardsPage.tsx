import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { Failed, Skeleton } from "../../../ui";
import { Board } from "./Board";
import { dashboardsQuery, readyDashboardsQuery } from "./queries";
import "../analyze.css";
import "../report";
import "./dashboard.css";

/** Dashboards: one's own, those shared with one and those the product brings; which is open stands in the address. */
export default function DashboardsPage() {
  const { board } = useSearch({ from: "/shell/dashboards" });
  const saved = useQuery(dashboardsQuery);
  const ready = useQuery(readyDashboardsQuery);
  const error = ready.error ?? saved.error;
  if (error && !(ready.data && saved.data)) return <Failed error={error} retry={() => { void ready.refetch(); void saved.refetch(); }} />;
  if (!ready.data || !saved.data) return <Skeleton rows={14} />;
  const first = saved.data.items.find((each) => each.mine)?.id ?? ready.data.items.find((each) => each.mine)?.key ?? ready.data.items[0]?.key ?? "";
  const open = board ?? first;
  return <Board key={open} open={open} own={saved.data.items} ready={ready.data.items} />;
}
