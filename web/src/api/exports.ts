import { address, del, get, post } from "./client";
import type { List, Said } from "./shapes";

/** What can be taken out. */
export const exportKinds = ["customers", "orders", "order_lines", "activities", "products"] as const;
export type ExportKind = (typeof exportKinds)[number];
export type ExportFormat = "csv" | "xlsx";

/** A column the reader may take out of a kind. */
export interface ExportField {
  name: string;
  label: Said;
  group: "key" | "profile" | "contact" | "own" | "figures" | "order" | "product" | "activity";
  usual: boolean;
  masked: boolean;
}

export interface NewExport {
  kind: ExportKind;
  format: ExportFormat;
  fields: string[];
  /** Condition on the customers, as JSON text. */
  filter?: string;
  orders?: { shop?: string; status?: string; kind?: string; from?: string; to?: string };
  language: "zh-CN" | "en-US";
  reason: string;
  /** Who is told by mail how it ended: "me", or ids of staff. */
  notify?: string[];
}

/** One table taken out, or on its way. */
export interface Export {
  id: string;
  kind: ExportKind;
  format: ExportFormat;
  state: "queued" | "running" | "done" | "failed" | "cancelled" | "expired";
  fields: string[];
  filter?: string;
  reason: string;
  by: string;
  mine: boolean;
  total: number | null;
  processed: number;
  rows: number;
  shortened: number;
  file_name?: string;
  size: number;
  error_code?: string;
  downloads: number;
  created_at: string;
  finished_at: string | null;
  expires_at: string | null;
  version: number;
}

export const listExportFields = (kind: ExportKind) => get<List<ExportField>>("/exports/fields", { kind });
export const listExports = (cursor?: string) => get<List<Export>>("/exports", { limit: 50, cursor });
export const startExport = (of: NewExport) => post<Export>("/exports", of);
export const cancelExport = (id: string) => post<Export>(`/exports/${id}/cancel`);
export const dropExport = (id: string) => del<Export>(`/exports/${id}`);
export const exportFile = (id: string) => address(`/exports/${id}/file`);
