import { del, get, patch, post } from "./client";
import type { Workspace } from "./session";
import type { Language, List, Named, Right, Said } from "./shapes";

export interface Staff {
  id: string;
  name: string;
  email: string;
  role: string;
  team: Named | null;
  language: Language;
  /** invited: has not set a password; disabled: may not sign in. */
  state: "active" | "invited" | "disabled";
  last_seen_at: string | null;
  version: number;
}

/** A set of permissions, with how far each noun reaches and what each field shows. */
export interface Role {
  role: string;
  label: Said | string;
  permissions: string[];
  scopes: Record<string, "own" | "team" | "all">;
  fields: Record<string, Record<string, Right>>;
}

export interface SignedIn {
  id: string;
  device: string;
  address: string;
  created_at: string;
  last_seen_at: string;
  current: boolean;
}

export interface Token {
  id: string;
  name: string;
  role: string;
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
}

export interface AuditEntry {
  id: string;
  at: string;
  actor: { type: string; id: string; name: string };
  action: string;
  subject: { type: string; id: string; name?: string };
  summary: Record<string, unknown>;
  address: string;
}

export interface AuditProof {
  ok: boolean;
  entries: number;
  sealed: number;
  broken_at: string | null;
}

export const listStaff = () => get<List<Staff>>("/staff", { limit: 500 });
export const createStaff = (body: { name: string; email: string; role: string; team_id?: string }) => post<Staff & { link?: string }>("/staff", body);
export const changeStaff = (id: string, version: number, body: Partial<Pick<Staff, "name" | "role" | "state" | "language">>) =>
  patch<Staff>(`/staff/${id}`, body, { ifMatch: version });
export const inviteStaff = (id: string) => post<{ link: string }>(`/staff/${id}/invite`);
export const listRoles = () => get<List<Role>>("/roles");
export const listSessions = () => get<List<SignedIn>>("/sessions");
export const endSession = (id: string) => del(`/sessions/${id}`);
export const listTokens = () => get<List<Token>>("/tokens");
export const createToken = (body: { name: string; role: string }) => post<Token & { token: string }>("/tokens", body);
export const revokeToken = (id: string) => del(`/tokens/${id}`);
export const listAudit = (query: Record<string, string | number | undefined>, signal?: AbortSignal) => get<List<AuditEntry>>("/audit", query, signal);
export const verifyAudit = () => get<AuditProof>("/audit/verify");
export const readWorkspace = () => get<Workspace & { version: number }>("/workspace");
export const changeWorkspace = (version: number, body: Partial<Workspace>) => patch<Workspace & { version: number }>("/workspace", body, { ifMatch: version });
