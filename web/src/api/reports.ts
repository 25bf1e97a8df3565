import { del, fetchFile, get, post, put } from "./client";
import type { Figure, MetricUnit } from "./analyze";
import type { Condition, List, Money, Said } from "./shapes";

/** One figure of a report: a metric, or something reckoned from facts. */
export interface CrossMeasure {
  metric?: string;
  fact?: string;
  do?: "count" | "customers" | "sum" | "average" | "minimum" | "maximum";
  of?: string;
}

export interface CrossFilter {
  dimension: string;
  not?: boolean;
  values: string[];
}

export type ReportChart = "table" | "line" | "bar" | "stacked" | "pivot" | "heat" | "number";

/** What a report asks: figures, or one statement of SQL. */
export interface ReportDefinition {
  measures?: CrossMeasure[];
  sql?: string;
  dimensions?: string[];
  by?: "" | "day" | "week" | "month" | "quarter" | "year";
  period?: { span?: string; from?: string; to?: string };
  against?: "" | "previous" | "year";
  where?: CrossFilter[];
  condition?: Condition;
  sort?: { measure?: number; name?: boolean; ascending?: boolean };
  top?: number[];
  chart?: "" | ReportChart;
}

export interface Report {
  id: string;
  name: string;
  description: string;
  definition: ReportDefinition;
  roles: string[];
  ready?: string;
  owner?: string;
  mine: boolean;
  changeable: boolean;
  updated_at: string;
  version: number;
}

/** A report the product brings. */
export interface ReadyReport {
  key: string;
  group: string;
  group_label: Said;
  name: Said;
  description: Said;
  definition: ReportDefinition;
  allowed: boolean;
}

export interface CrossHead extends CrossMeasure {
  label: Said;
  definition: Said;
  unit: MetricUnit;
  good: number;
  additive: boolean;
  steady: boolean;
}

export interface CrossPart {
  key: string | null;
  label: Said;
  other?: boolean;
}

export interface CrossRow {
  parts: CrossPart[];
  values: Figure[];
  before?: Figure[];
  series?: Figure[][];
  series_before?: Figure[][];
}

/** The figures of a report. */
export interface Cross {
  from: string;
  to: string;
  before_from?: string;
  before_to?: string;
  by?: ReportDefinition["by"];
  measures: CrossHead[];
  dimensions: { name: string; label: Said }[];
  steps: string[];
  rows: CrossRow[];
  first?: CrossRow[];
  second?: CrossRow[];
  total: CrossRow;
  as_of: string;
}

export interface CrossParts {
  metrics: { name: string; group: string; label: Said; definition: Said; unit: MetricUnit; of: string; steady: boolean }[];
  facts: { name: string; label: Said; rows: Said; of: string; steady: boolean; numbers: { name: string; label: Said; unit: MetricUnit }[] }[];
  dimensions: { name: string; label: Said; values?: { value: string; label: Said }[]; fits: string[] }[];
}

export interface CrossCell {
  measure: number;
  parts?: { all?: boolean; key?: string; other?: boolean }[];
  at?: string;
}

export interface CrossOpened {
  items: { type: "order" | "customer" | "activity"; id: string; number?: string; status?: string; shop?: string; day?: string; customer: { id: string; name: string } | null; figure: Figure }[];
  next_cursor?: string;
  total?: number;
  sum?: number | Money | null;
  condition?: Condition;
}

export interface ReportDraft {
  name: string;
  description?: string;
  definition: ReportDefinition;
  roles?: string[];
  ready?: string;
}

export interface ReportAsked {
  definition: ReportDefinition;
  segment?: string;
}

export const listReports = (signal?: AbortSignal) => get<List<Report>>("/reports", {}, signal);
export const listReadyReports = (signal?: AbortSignal) => get<List<ReadyReport>>("/reports/ready", {}, signal);
export const readReportParts = (signal?: AbortSignal) => get<CrossParts>("/reports/parts", {}, signal);
export const runReport = (asked: ReportAsked, signal?: AbortSignal) => post<Cross>("/reports/run", asked, { signal });
export const addReport = (draft: ReportDraft, idempotencyKey: string) => post<Report>("/reports", draft, { idempotencyKey });
export const changeReport = (id: string, version: number, draft: ReportDraft) => put<Report>(`/reports/${id}`, draft, { ifMatch: version });
export const removeReport = (id: string, version: number) => del(`/reports/${id}`, { ifMatch: version });
export const restoreReport = (id: string) => post<Report>(`/reports/${id}/restore`);
export const openReport = (asked: ReportAsked & { cell: CrossCell }) => post<CrossOpened>("/reports/open?limit=100", asked);
export const exportReport = (asked: ReportAsked & { name: string }, format: "csv" | "xlsx", language: string) => fetchFile(`/reports/export?format=${format}&language=${language}`, asked);

/** A table that may be asked in SQL, and read whole by BI tools. */
export interface ColumnTable {
  name: string;
  label: Said;
  columns: { name: string; type: string; label: Said }[];
  parquet: string;
}

/** What a statement gave. */
export interface SqlAnswer {
  columns: { name: string; type: string }[];
  rows: (string | number | boolean | null)[][];
  cut: boolean;
  took_ms: number;
}

export const readColumnTables = (signal?: AbortSignal) => get<List<ColumnTable>>("/sql/schema", {}, signal);
export const askSql = (query: string, signal?: AbortSignal) => post<SqlAnswer>("/sql", { query, limit: 1000 }, { signal });
