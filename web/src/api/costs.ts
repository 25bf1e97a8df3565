import { del, get, post, put } from "./client";
import type { List, Money } from "./shapes";

/** What money can be spent for. */
export const costKinds = ["acquisition", "retention", "service"] as const;
export type CostKind = (typeof costKinds)[number];

/** What was spent over some days, both included. */
export interface Cost {
  id: string;
  kind: CostKind;
  channel: string;
  campaign: string;
  from: string;
  to: string;
  amount: Money;
  note: string;
  import_id: string | null;
  version: number;
}

export type CostDraft = Omit<Cost, "id" | "import_id" | "version">;

/** What a channel or a campaign of one has brought for what was spent on it. */
export interface ReturnRow {
  channel: string;
  campaign?: string;
  cost: Money;
  won: number;
  cac: Money | null;
  clv: Money | null;
  ratio: number | null;
  payback_months: number | null;
}

export interface CostReturn {
  from: string;
  to: string;
  whole: ReturnRow;
  items: ReturnRow[];
  keeping: { retention: Money; service: Money; kept: number; per_customer: Money | null };
  profit: { customers: number; profitable: number; revenue: Money; product_cost: Money; known_share: number; acquisition: Money; retention: Money; service: Money; profit: Money } | null;
  margin: number | null;
  foreign: number;
  channels: string[];
}

export const listCosts = (signal?: AbortSignal) => get<List<Cost>>("/costs", { limit: 200 }, signal);
export const addCost = (body: CostDraft) => post<Cost>("/costs", body);
export const changeCost = (of: Cost, body: CostDraft) => put<Cost>(`/costs/${of.id}`, body, { ifMatch: of.version });
export const removeCost = (of: Cost) => del(`/costs/${of.id}`, { ifMatch: of.version });
export const readCostReturn = (of: { from: string; to: string; by: "channel" | "campaign" }, signal?: AbortSignal) => get<CostReturn>("/costs/return", of, signal);
