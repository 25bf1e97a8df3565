import { get, post } from "./client";
import type { Money, Named, Said } from "./shapes";

export type AreaName = "watch" | "behaviour" | "marketing" | "feedback" | "relations" | "data";

/** One area of daily work as far as the reader may see it. */
export interface Area {
  name: AreaName;
  /** well: nothing open and the sources fresh; no_source: nothing feeds it yet. */
  state: "well" | "action" | "stale" | "no_source";
  count: number;
  /** How many pass their promised instant within the hour. */
  due_soon: number;
}

/** Why an item stands where it stands: score = max(delay loss, promise) / effort. */
export interface Why extends Said {
  stake: Money | null;
  stake_basis: string;
  /** Share of the stake that acting today can change. */
  chance: number;
  chance_source: "prior" | "measured";
  /** Outcomes behind a measured chance. */
  n: number;
  half_life_minutes: number;
  effort_minutes: number;
  /** What waiting one working day costs. */
  delay_loss: Money | null;
  /** What breaking the promised instant is likely to cost. */
  promise: Money | null;
  score: number;
  next_score: number | null;
}

/** A customer's orders against their own usual interval. */
export interface Rhythm {
  orders: { day: string; amount: Money | null }[];
  cycle_days: number | null;
  due_day: string | null;
  silent_days: number | null;
}

export interface Evidence {
  at: string;
  code: string;
  values: Record<string, unknown>;
}

/** What one press does. `target` is the id or address it works on. */
export interface Act {
  code: string;
  primary: boolean;
  target: string;
}

export type Subject = Named & { type: string; detail?: string };

/** One row of the list: something that needs a decision. */
export interface TodayItem {
  id: string;
  kind: string;
  area: AreaName;
  rank: number;
  state: "open" | "snoozed" | "delegated" | "done" | "dismissed" | "resolved";
  subject: Subject;
  /** Sentences mark the figures that matter with **. */
  reason: Said & { code: string; values: Record<string, unknown> };
  why: Why;
  at_stake: Money | null;
  due_at: string | null;
  score: number;
  fits_today: boolean;
  pinned: boolean;
  /** How many subjects this row stands for, 0 or absent for one. */
  members?: number;
  evidence: Evidence[];
  rhythm: Rhythm | null;
  actions: Act[];
  version: number;
}

export interface TodayList {
  items: TodayItem[];
  areas: Area[];
  capacity: { available_minutes: number; planned_minutes: number; later_count: number };
  backlog: { count: number; oldest_days: number; new_today: number };
  done_count: number;
  snoozed_count: number;
  delegated_count: number;
  as_of: string;
}

/** One line of the day's log. */
export interface TodayLogEntry {
  id: string;
  item: TodayItem;
  at: string;
  act: "done" | "snoozed" | "delegated" | "dismissed" | "resolved";
  by: Named | null;
  note: string;
  can_undo: boolean;
}

export interface TodayLog {
  day: string;
  entries: TodayLogEntry[];
  protected: Money | null;
  minutes: number;
}

export interface TodayQuery {
  area?: AreaName | undefined;
  state?: string | undefined;
  /** "customer:ID": only what concerns this one. */
  subject?: string | undefined;
}

export const readToday = (query: TodayQuery, signal?: AbortSignal) => get<TodayList>("/today", { ...query }, signal);
export const readMembers = (id: string) => get<{ items: TodayItem[] }>(`/today/${id}/members`);
export const readTodayLog = (day?: string) => get<TodayLog>("/today/log", { day });

export const finish = (id: string, body: { note?: string; minutes?: number } = {}) => post<void>(`/today/${id}/done`, body);
export const snooze = (id: string, until: string) => post<void>(`/today/${id}/snooze`, { until });
export const delegate = (id: string, staff_id: string, note?: string) => post<void>(`/today/${id}/delegate`, { staff_id, note });
export const dismiss = (id: string, reason: string) => post<void>(`/today/${id}/dismiss`, { reason });
export const pin = (id: string, pinned: boolean) => post<void>(`/today/${id}/pin`, { pinned });
export const undoToday = (id: string) => post<void>(`/today/${id}/undo`);
