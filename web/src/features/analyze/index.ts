import type { LazyPage } from "../../ui";

/** Facts become knowledge: segments, metrics and what is behind them, value, cohorts. */
export const pages: Record<"segments" | "newSegment" | "segment" | "metrics" | "why" | "behind" | "rfm" | "cohorts" | "behaviour" | "alerts" | "alert" | "alertRule" | "newAlertRule" | "likeness" | "dashboards" | "reports" | "quality", LazyPage> = {
  segments: () => import("./segment/SegmentsPage"),
  newSegment: () => import("./segment/NewSegmentPage"),
  segment: () => import("./segment/SegmentPage"),
  metrics: () => import("./metrics/MetricsPage"),
  why: () => import("./why/WhyPage"),
  behind: () => import("./metrics/BehindPage"),
  rfm: () => import("./value/RfmPage"),
  cohorts: () => import("./cohorts/CohortsPage"),
  alerts: () => import("./alerts/AlertsPage"),
  alert: () => import("./alerts/AlertPage"),
  alertRule: () => import("./alerts/RulePage"),
  newAlertRule: () => import("./alerts/NewRulePage"),
  behaviour: () => import("./behaviour/BehaviourPage"),
  likeness: () => import("./likeness/LikenessPage"),
  dashboards: () => import("./dashboard/DashboardsPage"),
  reports: () => import("./report/ReportsPage"),
  quality: () => import("./quality/QualityPage"),
};

export { RecordQuality } from "./quality/RecordQuality";
export { CustomerGoods } from "./likeness/CustomerGoods";
export { CustomerLikeness } from "./likeness/CustomerLikeness";
export { ChurnRisk } from "./value/churn/ChurnRisk";
export { PreferredChannel } from "./behaviour/PreferredChannel";
export { CustomerInterests } from "./behaviour/CustomerInterests";
