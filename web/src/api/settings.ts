import { del, fetchFile, get, patch, post } from "./client";
import type { Workspace } from "./session";
import type { Language, List, Named, Right, Said } from "./shapes";

/** Somebody who uses the product. Email and last_seen_at are empty for readers without staff.write. */
export interface Staff {
  id: string;
  name: string;
  email: string;
  role: string;
  team_id?: string;
  language: Language;
  /** Working minutes a day, which Today fills. */
  capacity_minutes: number;
  active: boolean;
  /** Has chosen a password. */
  joined: boolean;
  last_seen_at?: string;
  created_at: string;
  version: number;
}

/** A set of permissions, how far it reaches over rows, and the fields it does not read plainly. */
export interface Role {
  role: string;
  label: Said;
  permissions: string[];
  reach: "own" | "team" | "all";
  fields: Record<string, Right>;
  /** Fields that may be read but not filtered, sorted, grouped or exported by. */
  unusable: string[];
  /** The built-in role whose part it plays. */
  base: string;
  built_in: boolean;
  /** A built-in role that the workspace has changed. */
  changed: boolean;
  version: number;
}

export interface SignedIn {
  id: string;
  staff_id: string;
  staff_name: string;
  user_agent: string;
  address: string;
  created_at: string;
  last_seen_at: string;
  /** What was shown: password, link, passkey, outside, and +totp or +recovery. */
  method: string;
  current: boolean;
}

export interface Token {
  id: string;
  name: string;
  role: string;
  scopes: string[];
  created_at: string;
  last_used_at?: string;
}

export interface AuditEntry {
  id: string;
  at: string;
  actor_id?: string;
  actor_name: string;
  actor_role: string;
  /** Such as customer.changed. */
  action: string;
  subject_type: string;
  subject_id: string;
  summary: unknown;
  address: string;
}

/** Whether the chain of sealed entries is whole. */
export interface AuditProof {
  ok: boolean;
  entries: number;
  sealed: number;
  broken_at?: string | number | null;
  /** What is wrong, where something is. */
  reason?: string;
  seals: number;
  /** Hash of the last seal that holds. */
  last_seal?: string;
  sealed_at?: number;
}

export interface AuditQuery {
  limit?: number;
  cursor?: string | undefined;
  actor?: string | undefined;
  text?: string | undefined;
  address?: string | undefined;
  subject_type?: string | undefined;
  subject_id?: string | undefined;
  action?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

export type StaffChange = Partial<Pick<Staff, "name" | "role" | "language" | "team_id" | "capacity_minutes" | "active">>;

export const listStaff = () => get<List<Staff>>("/users");
export const createStaff = (body: { name: string; email: string; role: string; team_id?: string }) => post<Staff & { link: string }>("/users", body);
export const changeStaff = (id: string, version: number, body: StaffChange) => patch<Staff>(`/users/${id}`, body, { ifMatch: version });
export const inviteStaff = (id: string) => post<Staff & { link: string }>(`/users/${id}/invite`, null);
export const listTeams = () => get<List<Named>>("/teams");
export interface Roles {
  items: Role[];
  permissions: string[];
  /** Fields of a customer that a role can have a right of its own to. */
  fields: string[];
  /** Those of them that can be shown in part. */
  maskable: string[];
  /** The administrators' work is divided. */
  separated: boolean;
}

export const listRoles = () => get<Roles>("/roles");
export const listSessions = () => get<List<SignedIn>>("/sessions");
/** Ends every session of mine but this one. */
export const endOtherSessions = () => post<undefined>("/sessions/end-others");
export const endSession = (id: string) => del(`/sessions/${id}`);
export const listTokens = () => get<List<Token>>("/tokens");
export const createToken = (body: { name: string; role: string }) => post<{ id: string; token: string }>("/tokens", body);
export const revokeToken = (id: string) => del(`/tokens/${id}`);
/** What was found when the chain was reckoned last. */
export interface AuditWatch {
  ok: boolean;
  checked_at: string;
  /** Empty: the program itself. */
  by: string;
  since?: string;
  broken_at?: number;
  first_entry?: number;
  reason?: string;
}

export const listAudit = (query: AuditQuery, signal?: AbortSignal) => get<List<AuditEntry> & { watch?: AuditWatch }>("/audit", { ...query }, signal);
export const exportAudit = (body: Omit<AuditQuery, "limit" | "cursor"> & { reason: string }) => fetchFile("/audit/export", body);
export const verifyAudit = () => get<AuditProof>("/audit/verify");
export const readWorkspace = () => get<Workspace>("/workspace");
export const changeWorkspace = (body: Partial<Workspace>) => patch<Workspace>("/workspace", body);

/** A private network the program may reach besides those its flags allow. */
export interface Network {
  range: string;
  why: string;
  by: string;
  at: string;
}

export interface Networks {
  flags: string[];
  items: Network[];
  never: string[];
}

export const readNetworks = () => get<Networks>("/settings/networks");
export const allowNetwork = (range: string, why: string) => post<Networks>("/settings/networks", { range, why });
export const forgetNetwork = (range: string) => del(`/settings/networks?range=${encodeURIComponent(range)}`);
