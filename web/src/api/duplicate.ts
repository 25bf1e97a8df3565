import type { Customer, CustomerFields } from "./customer";
import { get, post } from "./client";
import type { List, Money, Said } from "./shapes";

export type PairState = "open" | "later" | "different" | "merged";

/** One of two customers that may be one. */
export interface PairSide {
  id: string;
  name: string;
  city: string | null;
  phone: string | null;
  orders: { count: number; total: Money } | null;
  identities: { source: string; external_id: string }[];
}

/** What one field says, in bits: above zero for, below zero against. */
export interface PairReason extends Said {
  field: string;
  level: "different" | "weak" | "swapped" | "similar" | "sound" | "exact";
  bits: number;
}

export interface Duplicate {
  a: PairSide;
  b: PairSide;
  /** Probability that they are one. */
  score: number;
  bits: number;
  reasons: PairReason[];
  state: PairState;
  /** Keys that came together name both: that is why somebody is asked. */
  contradiction?: (Said & { source: string; sure: string; kind: string; import_id: string | null; at: string }) | null;
}

export interface DuplicateScan {
  id: string;
  state: "never" | "queued" | "running" | "done" | "failed";
  progress: number;
  records: number;
  compared: number;
  skipped: number;
  found: number;
  suggested_score: number | null;
  finished_at: string | null;
}

/** How many of the pairs at or above a score are really one, by those a person labelled. */
export interface Precision {
  score: number;
  pairs: number;
  labelled: number;
  same: number;
  share: number;
  low: number;
  high: number;
}

export interface MergeBatch {
  id: string;
  state: "queued" | "merging" | "done" | "undoing" | "undone";
  min_score: number;
  total: number;
  merged: number;
  left_out: number;
  undone: number;
}

export interface DuplicateWarning {
  items: { customer: Customer; score: number; reasons: PairReason[] }[];
  outside: { team: string | null } | null;
}

export const listDuplicates = (query: { state?: PairState; min_score?: number; cursor?: string; limit?: number; total?: boolean }, signal?: AbortSignal) =>
  get<List<Duplicate>>("/duplicates", { ...query }, signal);
export const startScan = () => post<DuplicateScan>("/duplicates/scan");
export const readScan = (id: string) => get<DuplicateScan>(`/duplicates/scan/${id}`);
export const decidePair = (a: string, b: string, state: "open" | "later" | "different") => post<void>("/duplicates/decide", { a, b, state });
export const mergeCustomers = (kept: string, other: string, take: string[]) => post<{ id: string; customer: string }>(`/customers/${kept}/merge`, { other, take });
export const undoMerge = (id: string) => post<{ id: string }>(`/merges/${id}/undo`);
export const checkDuplicates = (body: Partial<CustomerFields>) => post<DuplicateWarning>("/duplicates/check", body);
export const drawSample = (min_score: number, size: number) => post<{ items: Duplicate[] }>("/duplicates/sample", { min_score, size });
export const labelPair = (a: string, b: string, same: boolean | null) => post<void>("/duplicates/labels", { a, b, same });
export const readPrecision = () => get<{ items: Precision[] }>("/duplicates/precision");
export const mergeAll = (min_score: number) => post<MergeBatch>("/duplicates/merges", { min_score });
export const readBatch = (id: string) => get<MergeBatch>(`/duplicates/merges/${id}`);
export const undoBatch = (id: string) => post<MergeBatch>(`/duplicates/merges/${id}/undo`);
