import type { LazyPage } from "../../ui";

/** Facts become knowledge: segments, metrics and what is behind them, value, cohorts. */
export const pages: Record<"segments" | "newSegment" | "segment" | "metrics" | "why" | "behind" | "rfm" | "cohorts" | "behaviour" | "likeness" | "reports" | "quality", LazyPage> = {
  segments: () => import("./segment/SegmentsPage"),
  newSegment: () => import("./segment/NewSegmentPage"),
  segment: () => import("./segment/SegmentPage"),
  metrics: () => import("./metrics/MetricsPage"),
  why: () => import("./why/WhyPage"),
  behind: () => import("./metrics/BehindPage"),
  rfm: () => import("./value/RfmPage"),
  cohorts: () => import("./cohorts/CohortsPage"),
  behaviour: () => import("./behaviour/BehaviourPage"),
  likeness: () => import("./likeness/LikenessPage"),
  reports: () => import("./report/ReportsPage"),
  quality: () => import("./quality/QualityPage"),
};

export { RecordQuality } from "./quality/RecordQuality";
export { CustomerGoods } from "./likeness/CustomerGoods";
export { CustomerLikeness } from "./likeness/CustomerLikeness";
export { ChurnRisk } from "./value/churn/ChurnRisk";
