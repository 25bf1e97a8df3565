import { address, del, get, post } from "./client";
import type { List, Said } from "./shapes";

/** What can be imported. */
export const importKinds = ["order_lines", "orders", "customers", "relations", "products", "consents", "events", "costs"] as const;
export type ImportKind = (typeof importKinds)[number];

export interface Mapping {
  /** File header to field. */
  columns?: Record<string, string>;
  constants?: Record<string, string>;
  options?: { encoding?: string; date_format?: string; delimiter?: string; refund_prefix?: string; assign?: Assign; alike?: Alike };
}

/** What may become of a row that looks like a customer who is there. */
export const alikeActs = ["update", "skip", "create"] as const;
export type AlikeAct = (typeof alikeActs)[number];

/** Decided for rows at or above a score: those that look like a customer (do) or an earlier row (within). Rows decides for single ones, by their key. */
export interface Alike {
  least: number;
  do: AlikeAct;
  within: AlikeAct;
  rows: Record<string, AlikeAct>;
}

/** A row that looks like a customer who is there or like an earlier row of the file. `told` is what the rows say of whom they name. */
export interface AlikeRow {
  row: number;
  part?: "organization" | "person";
  told: string[];
  customer?: { id: string; name: string };
  earlier?: { row: number; told: string[] };
  score: number;
  fields: string[];
}

/** By what a decision about a single row is told apart. */
export const alikeKey = ({ row, part }: Pick<AlikeRow, "row" | "part">) => (part ? `${row}/${part}` : String(row));

/** Rows that would make a customer and look like one who is there, or like an earlier row. `above` counts them by least score. */
export interface AlikeFound {
  checked: number;
  unchecked: number;
  found: number;
  within: number;
  updated: number;
  skipped: number;
  above: Record<string, number>;
  above_within: Record<string, number>;
  rows: AlikeRow[];
}

/** Whose the customers are that an import makes and whose row names no owner. */
export interface Assign {
  to?: "staff" | "team" | "nobody";
  id?: string;
}

/** A mapping that may fit a file: one somebody saved, or a template for another program's export. */
export interface Offer {
  from: "saved" | "template";
  id: string;
  label: Said;
  mapping: Mapping;
  mode: Import["mode"];
  matched: number;
  of: number;
  fits: boolean;
}

export interface KeptMapping {
  id: string;
  name: string;
  kind: ImportKind;
  headers: string[];
  mapping: Mapping;
  mode: Import["mode"];
  version: number;
}

export interface ImportField {
  name: string;
  label: Said;
  type: string;
  required: boolean;
}

export interface ImportProblem {
  code: string;
  field?: string;
  column?: string;
  detail?: string;
}

/** A file as it was found to be written, before anything is imported. */
export interface Inspection {
  upload_id: string;
  file_name: string;
  size: number;
  kind: ImportKind;
  detected: { encoding: string; delimiter: string; date_format: string; header: boolean; sheet?: string; rows_estimate: number };
  headers: string[];
  mapping: Mapping;
  confidence: Record<string, "auto" | "unsure" | "none">;
  fields: ImportField[];
  /** Columns may also become fields of any name that begins so: "properties.". */
  open?: string;
  sample: string[][];
  problems: ImportProblem[] | null;
  offers: Offer[];
}

export interface RejectGroup {
  code: string;
  field: string;
  column?: string;
  count: number;
  examples: { row_number: number; value: string; raw: string }[];
}

export interface Correction {
  code: string;
  count: number;
  example: { from: string; to: string };
}

/** One file brought in, or on its way. */
export interface Import {
  id: string;
  /** Records by noun, of kinds whose rows bring several. */
  made?: Record<string, { created: number; updated: number }>;
  alike?: AlikeFound;
  kind: ImportKind;
  file_name: string;
  size: number;
  mode: "create" | "update" | "upsert";
  dry_run: boolean;
  upload_id?: string;
  /** Until when the file is kept; gone when it is not any more. */
  file_until?: string;
  file_gone?: boolean;
  state: "queued" | "running" | "done" | "failed" | "cancelled" | "undone";
  stage?: "checking" | "applying" | "taking_back";
  staff: { id: string; name: string } | null;
  total: number;
  processed: number;
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
  duplicates: number;
  findings: number;
  rate: number | null;
  seconds_left: number | null;
  mapping: Mapping;
  /** Of the mapped fields. */
  labels?: Record<string, Said>;
  detected: { encoding?: string; delimiter?: string };
  reject_groups?: RejectGroup[] | null;
  finding_groups?: { cause: string; count: number }[] | null;
  corrections?: Correction[] | null;
  error: { code: string; detail?: string } | null;
  can_undo: boolean;
  undo_until?: string;
  taken_back?: { removed: number; restored: number; kept: number };
  created_at: string;
  started_at?: string;
  finished_at?: string;
  version: number;
}

export interface FindingGroup {
  cause: string;
  count: number;
  latest_at: string;
}

export interface Finding {
  id: string;
  cause: string;
  import_id?: string;
  subject: { type: string; id?: string; label: string; name?: string };
  row_number?: number;
  field?: string;
  value: string;
  state: FindingState;
  created_at: string;
  /** How often it happened. */
  times: number;
}

export type FindingState = "open" | "resolved" | "ignored";

export const listImports = (cursor?: string) => get<List<Import>>("/imports", { limit: 50, cursor, total: true });
export const getImport = (id: string) => get<Import>(`/imports/${id}`);
export const cancelImport = (id: string) => post<Import>(`/imports/${id}/cancel`);
export const undoImport = (id: string) => post<Import>(`/imports/${id}/undo`);
export const rejectedRows = (id: string) => address(`/imports/${id}/errors.csv`);

function form(parts: Record<string, string | Blob | undefined>) {
  const body = new FormData();
  for (const [name, value] of Object.entries(parts)) if (value !== undefined) body.append(name, value);
  return body;
}

export const inspectFile = (file: File, kind: ImportKind) => post<Inspection>("/imports/inspect", form({ kind, file }));

export const startImport = (of: { upload_id: string; kind: ImportKind; mapping: Mapping; mode: Import["mode"]; dry_run: boolean; notify?: string[] }) =>
  post<Import>("/imports", form({ kind: of.kind, upload_id: of.upload_id, mode: of.mode, dry_run: String(of.dry_run), mapping: JSON.stringify(of.mapping), notify: of.notify?.length ? of.notify.join(",") : undefined }));

export const listMappings = (kind?: ImportKind) => get<List<KeptMapping>>("/imports/mappings", { kind });
export const keepMapping = (of: Omit<KeptMapping, "id" | "version">) => post<KeptMapping>("/imports/mappings", of);
export const forgetMapping = (id: string) => del(`/imports/mappings/${id}`);

export const listFindingGroups = (state: FindingState, importId?: string) => get<List<FindingGroup>>("/findings/groups", { state, import: importId });
export const listFindings = (of: { cause?: string; state: FindingState; import?: string; cursor?: string }) => get<List<Finding>>("/findings", { ...of, limit: 50, total: true });
export const closeFindings = (of: { ids?: string[]; cause?: string; import_id?: string; state: FindingState }) => post<{ changed: number }>("/findings/close", of);
