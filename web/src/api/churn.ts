import { get, post, put } from "./client";
import type { Condition, Said } from "./shapes";

/** When a customer counts as gone, and how far ahead that is told. Zero leaves it to the data. */
export interface ChurnDefinition {
  kind: "silence" | "rhythm" | "contract";
  days: number;
  times: number;
  field: string;
  horizon_days: number;
}

/** How many customers run which risk; expected is their risks added up. */
export interface ChurnOverview {
  as_of?: string;
  customers: number;
  gone: number;
  expected: number;
  horizon_days: number;
  bands: { from: number; to: number; customers: number }[];
}

export type ChurnUnit = "days" | "orders" | "share" | "money" | "times" | "";

/** What a detail does to the odds of leaving: times those of the average, along its values. */
export interface ChurnDriver {
  feature: string;
  label: Said;
  unit?: ChurnUnit;
  weight: number;
  course: { value: number | null; level?: string; times: number; rows: number }[];
}

export interface ChurnModel {
  state: "ok" | "none";
  reason?: Said & { code: string };
  definition: ChurnDefinition;
  limit: number;
  horizon_days: number;
  kind?: "logistic" | "boosted";
  trained_at: string | null;
  judged_on?: string;
  judged_to?: string;
  report: {
    rows: number;
    rate: number;
    auc: number;
    calibration: { rows: number; told: number; came: number }[];
    calibration_error: number;
    lift: { share: number; found: number; times: number }[];
  } | null;
  tried: { kind: "logistic" | "boosted" | "plain"; auc: number }[];
  drivers: ChurnDriver[];
}

export interface CustomerChurn {
  state: "active" | "gone" | "none";
  risk: number | null;
  average: number;
  horizon_days: number;
  drivers: { feature: string; label: Said; unit?: ChurnUnit; value: number | null; level?: string; times: number }[];
}

export const readChurn = (signal?: AbortSignal) => get<ChurnOverview>("/churn", undefined, signal);
export const readChurnModel = (signal?: AbortSignal) => get<ChurnModel>("/churn/model", undefined, signal);
export const learnChurn = () => post<void>("/churn/model");
export const defineChurn = (body: ChurnDefinition) => put<void>("/churn/definition", body);
export const readCustomerChurn = (id: string, signal?: AbortSignal) => get<CustomerChurn>(`/customers/${id}/churn`, undefined, signal);

/** What those who left did less of in the days before, against those who stayed. */
export interface ChurnPatterns {
  days: number;
  leavers: number;
  stayers: number;
  patterns: { event: string; label: Said; leavers: number; stayers: number; before: number; during: number; drop: number; stayers_drop: number; threshold: number; found: number; false_alarms: number; condition: Condition }[];
}

export const readChurnPatterns = (days: number, signal?: AbortSignal) => get<ChurnPatterns>("/churn/patterns", { days }, signal);
