import { post, put, get } from "./client";

/** The state of everything at one instant, kept in the folder of backups. */
export interface Backup {
  id: string;
  taken_at: string;
  took_ms: number;
  reason: "schedule" | "person" | "command";
  engine: "sqlite" | "postgres";
  release: string;
  rows: number;
  files: number;
  /** Bytes of everything in it, as it was. */
  size: number;
  /** Bytes it added to the folder. */
  new_bytes: number;
  trial?: BackupTrial;
}

/** What restoring a backup beside the running instance has shown. */
export interface BackupTrial {
  at: string;
  took_ms: number;
  ok: boolean;
  reason?: string;
  checks: { name: string; ok: boolean; detail?: string }[];
}

export interface BackupSettings {
  /** 0 = never by itself. */
  every_minutes: number;
  trial_hours: number;
  keep: { hours: number; days: number; weeks: number; months: number };
}

export interface Backups {
  items: Backup[];
  place: string;
  same_disk: boolean;
  free_bytes: number;
  stored_bytes: number;
  key_fingerprint: string;
  settings: BackupSettings;
  next_at?: string;
  running?: { kind: "backup" | "trial"; since: string };
  last_failure?: { at: string; kind: "backup" | "trial"; code: string; detail: string };
  problems: { file: string; what: string }[];
  /** What this instance was restored from. */
  restored?: Restored;
}

/** What a restore did again, so that nothing came back that had ended, and what somebody must see to. */
export interface Restored {
  backup: string;
  taken_at: string;
  at: string;
  redone: { what: Redone; count: number; names?: string[]; judge?: boolean }[];
}

export type Redone = "erased" | "contact_stops" | "withdrawals" | "staff_left" | "roles_given" | "passwords" | "joined_since" | "tokens_revoked" | "passkeys" | "second_factors" | "outside_identities" | "recovery_codes" | "roles" | "sharing" | "access_settings";

/** Why nothing may leave the building. */
export interface Hold {
  since: string;
  reason: "restored" | "copied" | "person";
  backup?: string;
}

export const readBackups = (signal?: AbortSignal) => get<Backups>("/backups", undefined, signal);
export const backUp = () => post<Backups>("/backups");
export const tryBackup = (id: string) => post<Backups>(`/backups/${id}/trial`);
export const changeBackups = (body: BackupSettings) => put<Backups>("/backups/settings", body);
export const releaseSending = () => post<{ held?: Hold }>("/sending/release");
