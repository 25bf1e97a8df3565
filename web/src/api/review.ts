import { get, patch, post } from "./client";
import type { Figure, Metric, MetricUnit } from "./analyze";
import type { Money, Said } from "./shapes";

/** Something to be done about what a review found; carried over until it is settled. */
export interface ReviewAction {
  id: string;
  title: string;
  metric?: string;
  label?: Said;
  unit?: MetricUnit;
  /** The metric when it was raised, and in this review. */
  then?: Figure;
  now?: Figure;
  owner_id: string;
  owner: string;
  due_day: string;
  overdue: boolean;
  state: "open" | "done" | "dropped";
  note: string;
  from_day: string;
  carried: number;
  changeable: boolean;
  version: number;
}

/** A week or month: what changed and why, what was done, what is to be done. */
export interface Review {
  every: "week" | "month";
  from: string;
  to: string;
  before: string;
  after?: string;
  changed: { metric: Metric; share: number | null; why: { label: string; value: Figure; contribution: number }[]; split: Said }[];
  steady: number;
  segments: { id: string; name: string; entered: number; left: number }[];
  alerts: { raised: number; closed: number; expired: number; open: number; overdue: number; alerts: { id: string; rule: string; severity: "info" | "warning" | "critical"; state: string; taken: string; opened_at: string }[] };
  done: { acts: number; minutes: number; protected: Money; dismissed: number; resolved: number };
  actions: ReviewAction[];
  as_of: string;
}

export const readReview = (every: Review["every"], day: string | undefined, signal?: AbortSignal) => get<Review>("/review", { every, day }, signal);
export const addReviewAction = (draft: { every: Review["every"]; day: string; title: string; metric?: string; owner_id: string; due_day: string }, idempotencyKey: string) => post<ReviewAction>("/review/actions", draft, { idempotencyKey });
export const changeReviewAction = (id: string, version: number, to: { state?: ReviewAction["state"]; note?: string; due_day?: string }) => patch<ReviewAction>(`/review/actions/${id}`, to, { ifMatch: version });
