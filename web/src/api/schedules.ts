import { del, get, post, put } from "./client";
import type { Assign, Import, ImportKind } from "./collect";
import type { ExportFormat, ExportKind } from "./exports";
import type { Language, List, Named } from "./shapes";

export const placeTypes = ["folder", "sftp", "url"] as const;

/** Where files lie. */
export interface Place {
  type: (typeof placeTypes)[number];
  path?: string;
  /** Of file names, with * and ?. */
  pattern?: string;
  host?: string;
  port?: number;
  login?: string;
  /** Type and fingerprint of the server's key; nothing else is trusted. */
  host_key?: string;
  url?: string;
}

export interface PlaceSecret {
  password?: string;
  private_key?: string;
  passphrase?: string;
}

/** Every so many minutes, or at a time of day, every day or on one day a week (1 Monday to 7). */
export interface Repeat {
  every_minutes?: number;
  at?: string;
  weekday?: number;
}

/** What a schedule takes out. */
export interface ScheduledExport {
  format?: ExportFormat;
  fields?: string[];
  filter?: string;
  /** Only the orders or follow-ups of so many whole days before. */
  days?: number;
  language?: Language;
  reason?: string;
}

export interface ScheduleDraft {
  name: string;
  direction: "in" | "out";
  kind: ImportKind | ExportKind;
  mapping_id?: string;
  mode?: Import["mode"];
  assign?: Assign;
  export?: ScheduledExport;
  place: Place;
  secret?: PlaceSecret;
  repeat: Repeat;
  /** "me" or ids of staff. */
  notify?: string[];
  active?: boolean;
}

export interface Schedule extends Omit<ScheduleDraft, "mapping_id" | "assign" | "export" | "secret"> {
  id: string;
  mapping_id: string | null;
  assign: Assign | null;
  export: ScheduledExport | null;
  has_secret: boolean;
  notify: string[];
  active: boolean;
  /** Whose rights it acts with. */
  by: Named | null;
  state: "running" | "failing" | "late" | "paused" | "waiting";
  failures: number;
  error_code?: string;
  next_at: string | null;
  last_run: ScheduleRun | null;
  version: number;
}

/** One time a schedule was at work. */
export interface ScheduleRun {
  id: string;
  cause: "clock" | "retry" | "person";
  state: "running" | "done" | "failed";
  due_at: string;
  started_at: string;
  finished_at: string | null;
  files: number;
  /** Left out: their content was imported before. */
  known: number;
  failed: number;
  rows: number;
  file_name?: string;
  error_code?: string;
  error_detail?: string;
  imports: { import_id: string; name: string; size: number; state: Import["state"]; created: number; updated: number; unchanged: number; rejected: number; findings: number }[];
}

/** What was found at a place. */
export interface PlaceLook {
  ok: boolean;
  code?: string;
  detail?: string;
  host_key?: string;
  files: { name: string; size: number }[];
  count: number;
}

export type Schedules = List<Schedule> & { usable: { import_folder: boolean; export_folder: boolean; private_networks: boolean } };

export const listSchedules = () => get<Schedules>("/schedules");
export const readSchedule = (id: string) => get<Schedule>(`/schedules/${id}`);
export const listRuns = (id: string, cursor?: string) => get<List<ScheduleRun>>(`/schedules/${id}/runs`, { limit: 25, cursor });
export const makeSchedule = (of: ScheduleDraft) => post<Schedule>("/schedules", of);
export const changeSchedule = (before: Schedule, of: ScheduleDraft) => put<Schedule>(`/schedules/${before.id}`, of, { ifMatch: before.version });
export const forgetSchedule = (id: string) => del(`/schedules/${id}`);
export const runSchedule = (id: string) => post<Schedule>(`/schedules/${id}/run`);
export const pauseSchedule = (id: string) => post<Schedule>(`/schedules/${id}/pause`);
export const resumeSchedule = (id: string) => post<Schedule>(`/schedules/${id}/resume`);
export const lookAtPlace = (of: { direction: "in" | "out"; place: Place; secret?: PlaceSecret; schedule_id?: string }) => post<PlaceLook>("/schedules/test", of);
