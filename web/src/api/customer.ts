import { del, fetchBlob, get, patch, post } from "./client";
import type { List, ListQuery, Money, Named, Right, Said } from "./shapes";
import type { Rhythm } from "./today";

/** A customer as a list shows it. Contact points arrive masked; a field the reader may not see is null. */
export interface Customer {
  id: string;
  kind: "person" | "organization";
  name: string;
  /** The first key a source knows the customer by. */
  external_id: string | null;
  gender: "female" | "male" | "unknown" | null;
  birthday: string | null;
  age: number | null;
  country: string | null;
  province: string | null;
  city: string | null;
  company: string | null;
  phone: string | null;
  email: string | null;
  tags: string[];
  owner: Named | null;
  team: Named | null;
  lifecycle_stage: string | null;
  /** Where she stands in the lifecycle the company has defined; since is null where that is older than the lifecycle. */
  stage: { key: string; name: Said; since: string | null; by_hand: boolean; strategy: string } | null;
  source: string | null;
  created_at: string;
  orders: { count: number; total: Money; first_at: string | null; last_at: string | null } | null;
  rfm: { recency_days: number; r: number; f: number; m: number; segment: string } | null;
  value: { predicted: Money; alive_probability: number | null; to_date: Money } | null;
  rhythm: { cycle_days: number; silent_days: number; due_day: string; overdue_days: number; orders?: Rhythm["orders"] } | null;
  version: number;
}

export interface ContactPoint {
  id: string;
  kind: "phone" | "email" | "wechat" | "openid" | "post" | (string & {});
  value: string;
  verified: boolean;
  state: string;
  /** Channels it is never used for, and why. */
  stops?: { channel: string; reason: "complaint" | "bounce" | "law" | "request"; note?: string; since: string }[];
}

export interface Consent {
  purpose: string;
  channel: string;
  granted: boolean;
  happened_at: string;
  text_version?: string;
  /** Number of the purpose's notice that was shown. */
  notice?: number;
  /** A yes that the present notice has outgrown. */
  ask_again?: boolean;
  proof_kind?: string;
  proof?: string;
  source?: string;
}

/** One customer, whole. */
export interface CustomerPage extends Customer {
  contact_points: ContactPoint[];
  identities: { source: string; external_id: string }[];
  address: { country: string | null; province: string | null; city: string | null; district: string | null; address: string | null; postcode: string | null } | null;
  consents: Consent[];
  custom: Record<string, unknown>;
  /** Share of the profile that is filled. */
  completeness: number;
  segments: { id: string; name: string }[];
  /** Lists she was put into by hand. */
  lists: { id: string; name: string }[];
  last12m: { orders: number; total: Money } | null;
  /** False where she is shared for reading only. */
  may_change: boolean;
  rights: Record<string, Right>;
}

/** One thing that happened with a customer. */
export interface TimelineItem {
  id: string;
  kind: "order" | "refund" | "activity" | "consent" | "tag" | "created" | "changed" | "visitor" | (string & {});
  at: string;
  title_code: string;
  values: Record<string, unknown>;
  amount: Money | null;
  details: { code: string; values: Record<string, unknown> }[];
}

export interface Timeline extends List<TimelineItem> {
  counts?: Record<string, number>;
}

export type ActivityKind = "call" | "wechat" | "visit" | "note";

/** A follow-up: what was said and agreed. */
export interface NewActivity {
  kind: ActivityKind;
  content: string;
  result?: string;
  next_action?: string;
  next_at?: string;
}

/** The fields a person may type in. */
export interface CustomerFields {
  kind: "person" | "organization";
  name: string;
  gender: string;
  birthday: string | null;
  phone: string;
  email: string;
  company: string;
  country: string;
  province: string;
  city: string;
  district: string;
  address: string;
  postcode: string;
  owner_id: string | null;
  lifecycle_stage: string;
  tags: string[];
  /** Merged into the fields of the workspace's own; null clears one. */
  custom: Record<string, unknown>;
}

export const listCustomers = (query: ListQuery, signal?: AbortSignal) => get<List<Customer>>("/customers", { ...query }, signal);
export const readCustomer = (id: string, signal?: AbortSignal) => get<CustomerPage>(`/customers/${id}`, undefined, signal);
export const createCustomer = (body: Partial<CustomerFields>, idempotencyKey: string) => post<CustomerPage>("/customers", body, { idempotencyKey });
export const changeCustomer = (id: string, version: number, body: Partial<CustomerFields>) =>
  patch<CustomerPage>(`/customers/${id}`, body, { ifMatch: version });
export const removeCustomer = (id: string, version: number) => del(`/customers/${id}`, { ifMatch: version });
export const readSegmentsOf = (id: string, signal?: AbortSignal) => get<List<{ id: string; name: string; since: string | null }>>(`/customers/${id}/segments`, undefined, signal);
export const readTimeline = (id: string, query: { kind?: string; cursor?: string; limit?: number }, signal?: AbortSignal) =>
  get<Timeline>(`/customers/${id}/timeline`, query, signal);
export const logActivity = (id: string, body: NewActivity, idempotencyKey: string) => post<{ id: string }>(`/customers/${id}/activities`, body, { idempotencyKey });
export const removeActivity = (customer: string, id: string) => del(`/customers/${customer}/activities/${id}`);
/** Everything held about one customer, for a reason that is logged; to be handed on as it is. */
export const readPersonalArchive = (id: string, reason: string) => fetchBlob(`/customers/${id}/personal-data/archive?${new URLSearchParams({ reason }).toString()}`);
export const eraseCustomer = (id: string, reason: EraseReason) => post<{ orders_kept: number; suppressed: number }>(`/customers/${id}/erase`, { reason });
export const eraseReasons = ["requested", "consent_withdrawn", "purpose_achieved", "retention_ended", "unlawful"] as const;
export type EraseReason = (typeof eraseReasons)[number];
export const restoreCustomer = (id: string) => post<CustomerPage>(`/customers/${id}/restore`);
export const reveal = (id: string, field: string, reason: string) => post<{ value: string; values: string[] }>(`/customers/${id}/reveal`, { field, reason });
