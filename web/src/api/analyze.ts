import { del, get, patch, post, put } from "./client";
import type { Condition, List, Money, Named, Said } from "./shapes";

/** A named condition with its live membership. */
export interface Segment {
  id: string;
  name: string;
  description: string;
  condition: Condition;
  /** The condition in words; figures that matter are between **. */
  sentence: Said;
  count: number;
  moves: { entered_7d: number; left_7d: number };
  owner: Named | null;
  created_at: string;
  updated_at: string;
  version: number;
}

/** A customer as lists of members show her. `last12m` is net of refunds. */
export interface SegmentMember {
  id: string;
  name: string;
  gender: string;
  province: string;
  city: string;
  tags: string[];
  orders: number | null;
  total: Money | null;
  last_order_day: string | null;
  last_order_days: number | null;
  last12m: Money | null;
  rfm_segment: string | null;
  predicted: Money | null;
}

/** How members spread over the values of a field beside everybody. An empty value is unset. */
export interface Composition {
  field: string;
  label: Said;
  items: CompositionItem[];
  rest?: CompositionItem;
}

export interface CompositionItem {
  value: string;
  label?: Said;
  members: number;
  base: number;
}

/** What a condition means now; parts are its single conditions, each counted alone. */
export interface Preview {
  count: number;
  total: number;
  took_ms: number;
  sentence: Said;
  condition: Condition;
  parts: { path: string; clause: Said; count: number }[];
  sample: SegmentMember[];
  composition: Composition[];
}

export interface ExplainNode {
  path: string;
  kind: "all" | "any" | "not" | "field" | "event" | "tag" | "segment" | "list";
  holds: boolean;
  clause: Said;
  /** The customer's own value, of a single condition. */
  value?: Said;
  hold?: number;
  of?: number;
  children?: ExplainNode[];
}

/** Why a customer is in, or not; next is the day on which that changes by time alone. */
export interface Explanation {
  member: boolean;
  tree: ExplainNode;
  next: { day: string; member: boolean } | null;
}

export interface Overlap {
  id: string;
  name: string;
  members: number;
  /** Of this segment's members. */
  share: number;
}

export interface SegmentDraft {
  name: string;
  description?: string;
  condition: Condition;
}

export const listSegments = (signal?: AbortSignal) => get<List<Segment>>("/segments", undefined, signal);
export const readSegment = (id: string, signal?: AbortSignal) => get<Segment>(`/segments/${id}`, undefined, signal);
export const createSegment = (draft: SegmentDraft, idempotencyKey: string) => post<Segment>("/segments", draft, { idempotencyKey });
export const changeSegment = (id: string, version: number, draft: Partial<SegmentDraft>) => patch<Segment>(`/segments/${id}`, draft, { ifMatch: version });
export const removeSegment = (id: string, version: number) => del(`/segments/${id}`, { ifMatch: version });
export const restoreSegment = (id: string) => post<Segment>(`/segments/${id}/restore`);
export const previewSegment = (condition: Condition, signal?: AbortSignal) => post<Preview>("/segments/preview", { condition }, { signal });
export const explainCondition = (condition: Condition, customer: string, signal?: AbortSignal) => post<Explanation>("/segments/explain", { condition, customer }, { signal });
export const readOverlaps = (id: string, signal?: AbortSignal) => get<List<Overlap>>(`/segments/${id}/overlaps`, undefined, signal);

export type MetricUnit = "money" | "count" | "share" | "days" | "seconds" | "ratio";

/** The value of a metric: an amount for metrics in money, else a number; null where there is none. */
export type Figure = number | Money | null;

/** Money in minor units where the metric is in money. */
export interface Expected {
  expected: number;
  low: number;
  high: number;
}

export interface Target {
  value: number;
  direction: "at_least" | "at_most";
  /** The time a sum is for; empty for what does not add up. */
  period: "" | "day" | "week" | "month" | "quarter" | "year";
  /** The target's part for the period shown. */
  due: number;
  met: boolean;
  /** Value ÷ due. */
  progress: number;
}

export interface Metric {
  name: string;
  group: string;
  unit: MetricUnit;
  label: Said;
  definition: Said;
  /** 1 when more is better, −1 when less is. */
  good: number;
  state: "ok" | "no_source";
  needs?: Said;
  splits?: string[];
  value: Figure;
  previous: Figure;
  expected: Expected | null;
  anomaly: boolean;
  /** The 30 days up to the period's last, money in minor units. */
  spark: (number | null)[];
  target: Target | null;
  as_of: string | null;
}

export interface Board {
  from: string;
  to: string;
  previous: [string, string];
  /** Orders of the period in another currency than the workspace's; sums take them at face value. */
  other_currency: number;
  items: Metric[];
  as_of: string;
}

export interface MetricSeries {
  name: string;
  unit: MetricUnit;
  by: "day" | "week" | "month" | "quarter" | "year";
  from: string;
  to: string;
  value: Figure;
  numerator?: number;
  denominator?: number;
  series: { at: string; value: Figure }[];
  expected?: (Expected & { at: string; anomaly: boolean })[];
  as_of: string;
}

/** What one part of a split adds to a change, in the unit of the metric. */
export interface Contribution {
  key: string | null;
  label: string;
  other?: boolean;
  value: Figure;
  reference: Figure;
  share: number;
  reference_share: number;
  contribution: number;
  mix?: number;
  rate?: number;
  /** It changed otherwise than the others, more than chance would have it. */
  unlike: boolean;
}

export type WhyAgainst = "previous" | "year" | "period" | "expected" | "target";

/** Splits, the most explanatory first; clear is more than chance, lead the part that went furthest its own way. */
export interface SplitScore { name: string; label: Said; score: number; p: number; clear: boolean; lead?: Contribution }

export interface WhyQuery extends PeriodQuery {
  against?: WhyAgainst | undefined;
  before_from?: string | undefined;
  before_to?: string | undefined;
  split?: string | undefined;
  /** Parts gone into, each as split:key. */
  in?: string[] | undefined;
}

export interface Why {
  name: string;
  unit: MetricUnit;
  label: Said;
  from: string;
  to: string;
  against: WhyAgainst;
  before_from: string;
  before_to: string;
  in: { split: string; split_label: Said; key: string | null; label: string }[];
  split: string;
  value: Figure;
  reference: Figure;
  change: number;
  rows: Contribution[];
  total: Contribution;
  splits: SplitScore[];
}

/** One order, customer or follow-up behind a number. */
export interface Behind {
  type: "order" | "customer" | "activity";
  id: string;
  number?: string;
  kind?: string;
  status?: string;
  shop?: string;
  day?: string;
  customer: Named | null;
  figure: Figure;
}

export interface PeriodQuery {
  from?: string | undefined;
  to?: string | undefined;
  segment?: string | undefined;
}

export interface BehindQuery extends PeriodQuery {
  part?: "numerator" | "denominator" | undefined;
  split?: string | undefined;
  split_value?: string | undefined;
  in?: string[] | undefined;
  cursor?: string | undefined;
  limit?: number | undefined;
}

export const readBoard = (query: PeriodQuery, signal?: AbortSignal) => get<Board>("/metrics", { ...query }, signal);
export const readMetric = (name: string, query: PeriodQuery & { by?: string }, signal?: AbortSignal) => get<MetricSeries>(`/metrics/${name}`, { ...query }, signal);
export const readWhy = (name: string, query: WhyQuery, signal?: AbortSignal) => get<Why>(`/metrics/${name}/why`, { ...query }, signal);
export const readBehind = (name: string, query: BehindQuery, signal?: AbortSignal) => get<List<Behind> & { sum?: Figure }>(`/metrics/${name}/behind`, { ...query }, signal);
export const setTarget = (name: string, target: Pick<Target, "value" | "direction" | "period">) => put<Target>(`/metrics/${name}/target`, target);
export const removeTarget = (name: string) => del(`/metrics/${name}/target`);

export interface Cuts {
  r: number[];
  f: number[];
  m: number[];
}

/** As chosen; null cuts are quintiles. */
export interface ValueSettings {
  window_days: number;
  r_cuts: number[] | null;
  f_cuts: number[] | null;
  m_cuts: number[] | null;
  frequency_classes: number[];
  value_classes: number[] | null;
  discount_rate: number;
}

/** The grid of recency and frequency of all who have ever ordered. Revenue is that of the window, net of refunds. */
export interface Rfm {
  as_of: string;
  classes: { frequency: CustomerClass[]; value: CustomerClass[] };
  window_days: number;
  cuts: Cuts;
  customers: number;
  cells: { r: number; f: number; segment: string; customers: number; revenue: Money }[];
  segments: { name: string; label: Said; customers: number; revenue: Money; average_recency_days: number }[];
  movement_since: string;
  /** From is "none" for those who had not ordered yet. */
  movement: { from: string; to: string; customers: number }[];
  settings: ValueSettings;
}

export interface CutsChange {
  window_days?: number;
  cuts?: { r: number[] | null; f: number[] | null; m: number[] | null };
  classes?: { frequency: number[]; value: number[] | null };
}

/** Who is in one class; from is its lower border, orders or minor units in the window. */
export interface CustomerClass {
  class: "high" | "medium" | "low";
  from: number;
  customers: number;
  revenue: Money;
}

/** The fitted models of lifetime value, or why there is none. */
export interface ValueModel {
  state: "ok" | "fallback" | "none";
  reasons: ({ model: "bg_nbd" | "gamma_gamma"; code: string } & Said)[];
  unit: "week" | "day";
  trained_until?: string;
  fitted_at?: string;
  bg_nbd: { r: number; alpha: number; a: number; b: number; log_likelihood: number; customers: number } | null;
  gamma_gamma: { p: number; q: number; v: number; log_likelihood: number; customers: number } | null;
  currency: string;
  purchase_cycle?: { days: number; variation: number };
  spending?: { correlation: number; limit: number };
}

/** Whom to invest in: by what they brought and by how likely they stay. */
export interface ValueTier {
  name: string;
  label: Said;
  reason: Said;
  level: "high" | "medium" | "low";
  stays: boolean;
  customers: number;
  to_date: Money;
  predicted: Money;
  condition: Condition;
}

export const readRfm = (query: { cuts?: string | undefined; window_days?: number | undefined }, signal?: AbortSignal) => get<Rfm>("/rfm", { ...query }, signal);
export const changeCuts = (body: CutsChange) => put<ValueSettings>("/rfm/cuts", body);
export const readModel = (signal?: AbortSignal) => get<ValueModel>("/value/model", undefined, signal);
export const readTiers = (signal?: AbortSignal) => get<{ as_of: string; items: ValueTier[] }>("/value/tiers", undefined, signal);

export interface CohortQuery {
  period?: "week" | "month" | "quarter";
  from?: string | undefined;
  to?: string | undefined;
  segment?: string | undefined;
  first?: { event: string } | undefined;
  return?: { event: string } | undefined;
  /** Who came back in a step: who did it then, or then or later. */
  counts?: "since" | undefined;
}

/** Customers who first did it in the same step; values are shares of size, null for steps that have not begun. */
export interface Cohort {
  start: string;
  size: number;
  counts: (number | null)[];
  values: (number | null)[];
  /** Lists its customers. */
  members: Condition;
}

export interface Retention {
  period: "week" | "month" | "quarter";
  cohorts: Cohort[];
  /** Of the calendar, from the first cohort's on; `returned` lists who did the returning event in it. */
  steps: { start: string; returned: Condition }[];
  /** By step: all who returned ÷ all whose step has begun. */
  average: (number | null)[];
  repurchase: {
    /** The last one holds this many and more. */
    orders: { orders: number; customers: number; share: number }[];
    days_to_second: { p25: number; median: number; p75: number; customers: number } | null;
  };
  as_of: string;
}

export const readRetention = (query: CohortQuery, signal?: AbortSignal) => post<Retention>("/behaviour/retention", query, { signal });

/** Some customers of a step, what they brought, and the condition that lists them. */
export interface BridgePart {
  customers: number;
  revenue: Money;
  condition: Condition;
}

/** From the customers of one step of the calendar to those of the next. */
export interface Bridge {
  period: "month" | "quarter" | "year";
  steps: ({ start: string; end: string; partial: boolean } & Record<"active" | "kept" | "gained" | "returned" | "lost", BridgePart>)[];
}

export const readBridge = (period: Bridge["period"], signal?: AbortSignal) => get<Bridge>("/value/bridge", { period }, signal);
