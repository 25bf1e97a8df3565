import { get, post, put } from "./client";

export type KeyKind = "external_id" | "member_no" | "unionid" | "openid" | "phone" | "email" | "device" | "anonymous_id";
export type KeyConflict = "keep" | "take" | "merge" | "ask";

/** Whether and how one sort of key of a source recognises a customer. */
export interface IdentityRule {
  kind: KeyKind;
  verified_only: boolean;
  conflict: KeyConflict;
  /** A key that more customers share recognises none of them; 0 is no limit. */
  most_customers: number;
}

export interface SourceRules {
  source: string;
  /** Somebody has set them. */
  own: boolean;
  customers: number;
  rules: IdentityRule[];
  version: number;
}

export interface Identifier {
  kind: KeyKind;
  value: string;
  verified?: boolean;
}

export interface Resolution {
  customer_id: string | null;
  created: boolean;
  visitor_id: string | null;
  steps: { kind: KeyKind; value: string; said: "named" | "nobody" | "other" | "too_many" | "not_verified" | "no_rule"; done?: KeyConflict | ""; customer_id: string | null; name?: string }[];
}

export interface Visitor {
  id: string;
  source: string;
  kind: KeyKind;
  value: string;
  first_seen_at: string;
  last_seen_at: string;
  /** rule, or who on the staff. */
  tied_by: string;
  tied_with: KeyKind[];
  sightings: { event: string; properties: Record<string, unknown>; at: string }[];
}

export const readIdentityRules = (signal?: AbortSignal) => get<{ items: SourceRules[]; defaults: IdentityRule[] }>("/identity-rules", undefined, signal);
export const setIdentityRules = (source: string, rules: IdentityRule[]) => put<{ items: SourceRules[]; defaults: IdentityRule[] }>("/identity-rules", { source, rules });
export const testIdentity = (source: string, identifiers: Identifier[]) => post<Resolution>("/identify/test", { source, identifiers });
export const readVisitors = (customer: string, signal?: AbortSignal) => get<{ items: Visitor[] }>(`/customers/${customer}/visitors`, undefined, signal);
export const untieVisitor = (id: string) => post(`/visitors/${id}/untie`);
export const tieVisitor = (id: string, customer: string) => post(`/visitors/${id}/tie`, { customer_id: customer });
