import { get, post } from "./client";
import type { NewActivity } from "./customer";
import type { Condition, List, Money, Named, Said } from "./shapes";

export type AreaName = "watch" | "behaviour" | "marketing" | "feedback" | "relations" | "data";

/** One area of daily work as far as the reader may see it. */
export interface TodayArea {
  name: AreaName;
  /** well: nothing open and the sources fresh; no_source: nothing feeds it yet. */
  state: "well" | "action" | "stale" | "no_source";
  count: number;
  /** How many pass their promised instant within the hour. */
  due_soon: number;
}

/** Why an item stands where it stands: score = max(delay loss, promise) / effort. */
export interface TodayWhy extends Said {
  stake: Money | null;
  /** How the stake was reckoned. */
  basis: TodayReason;
  /** Share of the stake that acting today can change. */
  chance: number;
  chance_source: "prior" | "measured";
  /** Outcomes behind a measured chance. */
  n: number;
  half_life_minutes: number;
  effort_minutes: number;
  effort_source: "prior" | "measured";
  /** How likely the promised instant passes if nobody starts now. */
  pass_chance: number;
  /** What waiting one working day costs. */
  delay_loss: Money;
  /** What breaking the promised instant is likely to cost. */
  promise: Money;
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

/** Something that happened and counts for the reason. */
export interface TodayEvidence extends Partial<Said> {
  at: string;
  code: string;
  values: Record<string, unknown>;
}

export type TodayActCode = "call" | "log_contact" | "thank" | "open_customers" | "review_findings" | "review_duplicates" | "review_quality" | "open_customer" | "open_metric" | "open_source" | "open_schedule" | "open_request" | "open_import" | "open_alert" | "open_alerts";

/** What one press does. */
export interface TodayAct {
  code: TodayActCode | (string & {});
  primary: boolean;
  /** What it works on: a customer's id, a cause, a metric's name, a source's id. */
  target: string;
  /** A condition that lists the customers meant. */
  filter?: Condition;
}

export type TodaySubject = Named & { type: string; label: Said };

/** A sentence in both languages, with what it was made from. Figures that matter are between **. */
export type TodayReason = Said & { code: string; values: Record<string, unknown> };

/** One row of the list: something that needs a decision. */
export interface TodayItem {
  id: string;
  kind: string;
  area: AreaName;
  rank: number;
  state: "open" | "snoozed" | "delegated" | "done" | "dismissed" | "resolved";
  subject: TodaySubject;
  reason: TodayReason;
  why: TodayWhy;
  at_stake: Money | null;
  due_at: string | null;
  score: number;
  fits_today: boolean;
  pinned: boolean;
  /** Late for more than a working day: managers see it. */
  escalated: boolean;
  /** How many subjects this row stands for, 0 for one. */
  members: number;
  owner: Named | null;
  delegated_to: Named | null;
  snoozed_until: string | null;
  evidence: TodayEvidence[];
  rhythm: Rhythm | null;
  actions: TodayAct[];
  version: number;
}

export interface TodayList {
  items: TodayItem[];
  /** Rows in all, of which items are the first. */
  count: number;
  areas: TodayArea[];
  /** later_cost: what leaving them until the next working day costs, minor units. */
  capacity: { available_minutes: number; planned_minutes: number; spent_minutes: number; later_count: number; later_cost: number };
  /** ages: rows by age: today, one day, two or three, older. */
  backlog: { count: number; oldest_days: number; new_today: number; ages: number[] };
  done_count: number;
  snoozed_count: number;
  delegated_count: number;
  as_of: string;
}

/** One line of the day's log. */
export interface TodayLogEntry {
  id: string;
  act_id: string;
  item: TodayItem;
  at: string;
  act: "done" | "snoozed" | "delegated" | "dismissed" | "pinned" | "unpinned" | "taken_out" | "put_back" | "resolved" | "returned" | "escalated";
  /** null: the program itself. */
  by: Named | null;
  note: string;
  reason: string;
  delegated_to: Named | null;
  can_undo: boolean;
}

/** A day's log: what was done and what it protected (estimated), what was left and what waiting costs. */
export interface TodayLog {
  day: string;
  entries: TodayLogEntry[];
  done_count: number;
  protected: Money;
  minutes: number;
  left_count: number;
  waiting_cost: Money;
}

export interface TodayQuery {
  area?: AreaName | undefined;
  state?: string | undefined;
  /** "customer:ID": only what concerns this one. */
  subject?: string | undefined;
}

export const readToday = (query: TodayQuery, signal?: AbortSignal) => get<TodayList>("/today", { ...query }, signal);
export const readMembers = (id: string, cursor?: string) => get<List<TodayItem>>(`/today/${id}/members`, { limit: 100, cursor });
export const readTodayLog = (day?: string) => get<TodayLog>("/today/log", { day });

/** A row, and the version it was read at where that is known. */
export type Line = { id: string; version?: number };
const actOn = (line: Line, act: string, body: object) => post<void>(`/today/${line.id}/${act}`, body, { ifMatch: line.version });

/** `activity` logs a contact with the customer in the same stroke. */
export const finish = (line: Line, body: { note?: string; minutes?: number; activity?: NewActivity } = {}) => actOn(line, "done", body);
export const snooze = (line: Line, until: string) => actOn(line, "snooze", { until });
export const delegate = (line: Line, staff_id: string, note?: string) => actOn(line, "delegate", { staff_id, note });
export const dismiss = (line: Line, reason: string) => actOn(line, "dismiss", { reason });
export const takeOut = (id: string, alone: boolean) => post<void>(`/today/${id}/take-out`, { alone });
export const pin = (id: string, pinned: boolean) => post<void>(`/today/${id}/pin`, { pinned });
export const undoToday = (id: string) => post<void>(`/today/${id}/undo`);
