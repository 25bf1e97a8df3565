import { get, patch, post } from "./client";
import type { Condition, Money, Said } from "./shapes";

/** One value of a detail. The index (TGI) is 100 × the members' share ÷ everybody's; low and high are its limits at 99%. */
export interface PersonaItem {
  detail: string;
  detail_label: Said;
  value: string;
  label: Said;
  bound: number | null;
  members: number;
  base: number;
  share: number;
  base_share: number;
  index: number;
  low: number;
  high: number;
  /** Cohen's h. */
  effect: number;
  sure: boolean;
  condition: Condition | null;
}

export type PersonaUnit = "days" | "orders" | "share" | "money" | "";

export interface PersonaDetail {
  name: string;
  label: Said;
  unit?: PersonaUnit;
  several: boolean;
  known: number;
  known_base: number;
  median: number | null;
  base_median: number | null;
  /** Share of everybody below the median member. */
  rank: number | null;
  items: PersonaItem[];
}

/** A typical member of a group, by what sets the group apart from everybody. */
export interface Persona {
  sentence: Said;
  condition: Condition;
  members: number;
  base: number;
  headline: Said;
  differences: PersonaItem[];
  parts: { part: "basics" | "behaviour" | "spending"; details: PersonaDetail[] }[];
}

export const readPersona = (condition: Condition, signal?: AbortSignal) => post<Persona>("/personas", { condition }, { signal });
export const readCustomerPersona = (id: string, signal?: AbortSignal) => get<Persona>(`/customers/${id}/persona`, undefined, signal);

/** What the members of a cluster have of a detail; effect is Cohen's d against the others. */
export interface ClusterFeature {
  name: string;
  label: Said;
  unit?: PersonaUnit | "years";
  value: number | null;
  base: number | null;
  effect: number;
}

export interface Cluster {
  id: string;
  name: Said;
  named: boolean;
  customers: number;
  before: number;
  revenue: Money;
  earlier: Money;
  features: ClusterFeature[];
  condition: Condition;
}

export interface ClusterBoard {
  state: "ok" | "none";
  reason?: Said;
  trained_at: string | null;
  as_of?: string;
  customers: number;
  sure: boolean;
  asked: number;
  tried: { k: number; silhouette: number; strength: number }[];
  agreement: number;
  clusters: Cluster[];
  moves: { from: string; to: string; customers: number }[];
  map: { cluster: string; x: number; y: number }[];
  shown: number;
  version: number;
}

export const readClusters = (signal?: AbortSignal) => get<ClusterBoard>("/likeness/clusters", undefined, signal);
export const findClusters = (groups: number) => post<void>("/likeness/clusters", { groups });
export const nameCluster = (id: string, name: string, version: number) => patch<void>(`/likeness/clusters/${id}`, { name }, { ifMatch: version });

/** Something that is sold, by its SKU or else its name. */
export interface Item {
  item: string;
  by_sku: boolean;
  name: string;
  category?: string;
  price: Money | null;
}

export interface Recommended extends Item {
  kind: "again" | "with" | "popular";
  reason: Said;
  because?: Item;
  due_day?: string;
}

/** What customers lack who bought what goes with it; hits are judged on later orders, beside the most bought. */
export interface GoodsBoard {
  state: "ok" | "none";
  learned_at: string | null;
  items: number;
  split?: string;
  to?: string;
  customers: number;
  hits: number;
  popular: number;
  due: number;
  came: number;
  any: number;
  openings: (Item & { have: number; lack: number; with: Item[]; condition: Condition })[];
}

export const readGoods = (segment: string | undefined, signal?: AbortSignal) => get<GoodsBoard>("/likeness/goods", { segment }, signal);
export const readRecommendations = (id: string, signal?: AbortSignal) => get<{ items: Recommended[] }>(`/customers/${id}/recommendations`, { limit: 6 }, signal);

/** What a cluster was ready to pay above what is usual in the category; shares by the steps of the board. */
export interface Acceptance {
  id: string | null;
  name: Said;
  customers: number;
  lines: number;
  share: number[];
  low: number[];
  high: number[];
  premium: number;
  discount: number;
  chasing: number | null;
  condition: Condition | null;
}

export interface PriceBoard {
  steps: number[];
  base: Acceptance | null;
  clusters: Acceptance[];
  products: (Item & { elasticity: number; low: number; high: number; weeks: number; lowest: number; highest: number; verdict: "elastic" | "inelastic" })[];
  unclear: number;
  steady: number;
}

/** The customers most like the members of a segment. */
export interface Lookalikes {
  state: "ok" | "none";
  seed: number;
  others: number;
  auc: number;
  lift: number;
  drivers: { name: string; label: Said; unit?: ClusterFeature["unit"]; weight: number; members: number | null; others: number | null }[];
  customers: { id: string; score: number }[];
}

export const readPrices = (signal?: AbortSignal) => get<PriceBoard>("/likeness/prices", undefined, signal);
export const readAlike = (segment: string, size: number, signal?: AbortSignal) => post<Lookalikes>("/likeness/alike", { segment, size }, { signal });
export const keepAlike = (segment: string, size: number, name: string, idempotencyKey: string) => post<{ list: string; edit: string }>("/likeness/alike/list", { segment, size, name }, { idempotencyKey });

export const compareMeasures = ["order_value", "conversion", "per_customer"] as const;
export type ComparedMeasure = (typeof compareMeasures)[number];

/** The figures of a test group and a control group in some days; money in minor units. */
export interface ComparedFigures { test: number; control: number; buyers: [number, number]; orders: [number, number]; difference: number; low: number; high: number; lift: number | null }

/** A group that was given something beside one that was not. */
export interface GroupsCompared {
  from: string;
  to: string;
  measure: ComparedMeasure;
  unit: "money" | "share";
  test: { name: string; customers: number; condition: Condition };
  control: { name: string; customers: number; condition: Condition };
  both: number;
  now: ComparedFigures;
  before: ComparedFigures | null;
  verdict: "few" | "better" | "worse" | "alike";
  unlike: boolean;
}

export interface CompareQuery { from: string; to: string; test: string; control: string; measure: ComparedMeasure }

export const compareGroups = ({ from, to, test, control, measure }: CompareQuery, signal?: AbortSignal) => post<GroupsCompared>("/likeness/compare", { from, to, segment: test, control_segment: control, measure }, { signal });
