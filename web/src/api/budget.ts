import { get, post } from "./client";
import type { Condition, Money, Said } from "./shapes";

/** A group of customers or a kind of goods. */
export interface BudgetKey { key: string | null; label: Said; other?: boolean }

/** What became of those of a group who were shown some goods; without either, of all of them together. */
export interface BudgetCell {
  group?: BudgetKey;
  goods?: BudgetKey;
  asked: number;
  bought: number;
  conversion: number | null;
  low: number;
  high: number;
  won: number;
  cost: Money;
  cac: Money | null;
  cac_before: Money | null;
  net: Money;
  order_value: Money | null;
  margin: number | null;
  contribution: Money;
  return: number | null;
  return_low: number | null;
  return_high: number | null;
  verdict?: "few" | "better" | "worse" | "alike";
  members?: Condition;
  buyers?: Condition;
}

export interface BudgetPlace { group: string | null; goods: string }
export interface BudgetShift { from: BudgetPlace[]; to: BudgetPlace[]; amount: number }
export interface BudgetOutlook { value: number; low: number; high: number }

/** What a shift would bring if customers go on answering as they have. */
export interface BudgetPlan extends BudgetShift {
  spent: Money;
  tried: Money;
  beyond: boolean;
  won: BudgetOutlook;
  contribution: BudgetOutlook;
  holds: number | null;
  cac: Money | null;
  cac_then: Money | null;
  cac_low: Money | null;
  cac_high: Money | null;
}

export const budgetGoods = ["category", "product", "brand"] as const;
export type BudgetGoods = (typeof budgetGoods)[number];

export interface BudgetBoard {
  from: string;
  to: string;
  by: { name: string; label: Said };
  of: BudgetGoods;
  basis: "seen" | "members";
  seen: string[];
  usual: number | null;
  whole: BudgetCell;
  groups: BudgetCell[];
  goods: BudgetCell[];
  cells: BudgetCell[];
  spent: Money;
  placed: Money;
  unknown: number;
  overlap: boolean;
  suggested: BudgetPlan | null;
  bys: { name: string; label: Said }[];
}

export interface BudgetQuery { from: string; to: string; by: string; segments: string[]; of: BudgetGoods; seen?: string | undefined }

const asked = ({ from, to, by, segments, of, seen }: BudgetQuery) => ({ from, to, by, of, seen, segment: by === "segments" ? segments : undefined });

export const readBudget = (query: BudgetQuery, signal?: AbortSignal) => get<BudgetBoard>("/budget", asked(query), signal);
export const planBudget = (query: BudgetQuery, body: BudgetShift, signal?: AbortSignal) => post<BudgetPlan>("/budget/plan", body, { query: asked(query), signal });
