import { del, get, patch, post, put } from "./client";
import type { List, Money, Said } from "./shapes";

export const dimensions = ["completeness", "validity", "consistency", "uniqueness", "timeliness"] as const;
export type Dimension = (typeof dimensions)[number];
export type FixMethod = "default" | "derive" | "source" | "ask" | "ask_customer" | "cap" | "clear" | "exclude" | "confirm" | "delete";

/** What one rule finds about one field. */
export interface QualityGroup {
  rule: string;
  label: Said;
  dimension: Dimension;
  field: string;
  field_label: Said;
  subject: "customer" | "order" | "source";
  count: number;
  new: number;
  /** By how much the score would rise if all were solved, 0 to 1. */
  points: number;
  resting: Money;
  fixes: FixMethod[];
}

export interface QualityPart {
  id: string;
  name: string;
  customers: number;
  score: number;
  dimensions: Partial<Record<Dimension, number | null>>;
  findings: number;
}

export interface QualityRun {
  id: string;
  state: "queued" | "running" | "done" | "failed";
  scheduled: boolean;
  progress: number;
  customers: number;
  score: number | null;
  dimensions: Partial<Record<Dimension, number>>;
  findings: number;
  new: number;
  solved: number;
  rules: { rule: string; count: number; new: number; solved: number }[];
  created_at: string;
  finished_at: string | null;
  took_ms: number | null;
}

export interface QualityScore {
  as_of: string | null;
  customers: number;
  score: number | null;
  dimensions: { dimension: Dimension; score: number | null; weight: number; findings: number }[];
  trend: { at: string; score: number; findings: number }[];
  groups: QualityGroup[];
  fields: { field: string; label: Said; score: number; findings: number }[];
  sources: QualityPart[];
  owners: QualityPart[];
  run: QualityRun | null;
}

export interface QualityFinding {
  rule: string;
  dimension: Dimension;
  subject: { type: "customer" | "order" | "source"; id: string | null; name: string };
  customer_id: string | null;
  field: string;
  field_label: Said;
  label: Said;
  sentence: Said;
  value: string;
  proposed: string;
  points: number;
  found_at: string;
  fixes: FixMethod[];
}

/** How good one customer's record is, and what lowers it. */
export interface RecordQuality {
  score: number;
  dimensions: Partial<Record<Dimension, number | null>>;
  findings: QualityFinding[];
  as_of: string | null;
}

export interface FixDraft {
  rule: string;
  field?: string;
  customers?: string[];
  orders?: string[];
  source?: string;
  method: FixMethod;
  value?: string;
}

export interface FixPreview {
  total: number;
  changes: number;
  cannot: number;
  estimated: boolean;
  sample: { customer_id: string | null; name: string; field: Said; before: string; after: string }[];
}

export interface Fix {
  id: string;
  state: "queued" | "running" | "done" | "undoing" | "undone";
  rule: string;
  label: Said;
  field: string;
  field_label: Said;
  method: FixMethod;
  value?: string;
  by: string;
  total: number;
  changed: number;
  left_out: number;
  undone: number;
  kept: number;
  kept_of?: { type: string; id: string; name: string; field: Said }[];
  created_at: string;
  finished_at: string | null;
}

export interface QualityRule {
  key: string;
  dimension: Dimension;
  label: Said;
  subject: "customer" | "order" | "source";
  active: boolean;
  weight: number;
  threshold: number | null;
  unit?: string;
  least?: number | null;
  most?: number | null;
  fields: string[] | null;
  field?: string;
  own: boolean;
  changed: boolean;
  condition?: unknown;
  fixes: FixMethod[];
  version: number;
}

export interface QualitySchedule {
  active: boolean;
  every: "day" | "week";
  hour: number;
  weekday: number;
}

export interface QualityFigures {
  bases: { basis: "orders" | "buyers" | "customers"; total: number; usable: number; share: number | null; causes: { cause: "no_customer" | "other_currency" | "order_outlier" | "duplicate" | "name_placeholder"; count: number }[] }[];
  figures: Record<string, string>;
}

export type BadContact = "bounced" | "wrong_number" | "unreachable" | "refused";

export const readQualityFigures = (days?: { from: string; to: string }) => get<QualityFigures>("/quality/figures", { ...days });
export const readQuality = () => get<QualityScore>("/quality");
export const listQualityFindings = (of: { rule: string; field?: string; cursor?: string }) => get<List<QualityFinding>>("/quality/findings", { ...of, limit: 50, total: true });
export const readRecordQuality = (customer: string) => get<RecordQuality>(`/customers/${customer}/quality`);
export const previewFix = (of: FixDraft) => post<{ preview: FixPreview }>("/quality/fixes", of).then((answer) => answer.preview);
export const applyFix = (of: FixDraft) => post<{ fix: Fix }>("/quality/fixes", { ...of, apply: true }).then((answer) => answer.fix);
export const listFixes = (cursor?: string) => get<List<Fix>>("/quality/fixes", { limit: 50, cursor });
export const readFix = (id: string) => get<Fix>(`/quality/fixes/${id}`);
export const undoFix = (id: string) => post<Fix>(`/quality/fixes/${id}/undo`);
export const startQualityRun = () => post<QualityRun>("/quality/runs");
export const listQualityRuns = (cursor?: string) => get<List<QualityRun>>("/quality/runs", { limit: 50, cursor });
export const listQualityRules = () => get<List<QualityRule>>("/quality/rules");
export const addQualityRule = (body: { label: Said; dimension: Dimension; field: string; condition: unknown }) => post<QualityRule>("/quality/rules", body);
export const changeQualityRule = (key: string, body: Partial<Pick<QualityRule, "active" | "weight" | "fields">> & { threshold?: number }) => patch<QualityRule>(`/quality/rules/${key}`, body);
export const resetQualityRule = (key: string) => del(`/quality/rules/${key}`);
export const readQualitySchedule = () => get<QualitySchedule>("/quality/schedule");
export const setQualitySchedule = (body: QualitySchedule) => put<QualitySchedule>("/quality/schedule", body);
export const markContact = (customer: string, point: string, state: BadContact | "ok") => post<void>(`/customers/${customer}/contact-points/${point}/state`, { state });
