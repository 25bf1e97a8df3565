import { del, get, post, put } from "./client";
import type { List } from "./shapes";

/** What can send events by a write key; imports and the product itself name others. */
export const sourceKinds = ["web", "app", "server", "shop", "till", "partner"] as const;
export type SourceKind = (typeof sourceKinds)[number];

/** Where facts come from. */
export interface Source {
  id: string;
  name: string;
  kind: string;
  /** Absent where the source sends no events or the reader may not set sources. */
  write_key?: string;
  sends: boolean;
  origins: string[];
  /** 0 is no bound. */
  events_per_second: number;
  expected_hours: number | null;
  last_fact_at: string | null;
  created_at: string;
  events_7d: number;
  refused: number;
  version: number;
}

/** An event as it arrived. */
export interface LiveEvent {
  id: string;
  at: string;
  received_at: string;
  kind: string;
  event: string;
  visitor_id: string;
  customer_id: string | null;
  bot: boolean;
  host: string;
  path: string;
  device: string;
  properties: Record<string, unknown>;
}

export interface RefusalCount {
  code: string;
  field: string;
  count: number;
  last_at: string;
}

/** An event of a source as it was found to look. */
export interface EventShape {
  event: string;
  kind: string;
  count: number;
  /** Null for one that was agreed on and has never come. */
  last_at: string | null;
  properties: { name: string; types: PropertyType[]; share: number }[];
  plan?: EventPlan;
}

export const propertyTypes = ["text", "number", "boolean", "list", "object"] as const;
export type PropertyType = (typeof propertyTypes)[number];

/** What becomes of an event that is not as agreed: nothing, a finding, or it is not taken. */
export const planLocks = ["open", "told", "blocked"] as const;
export type PlanLock = (typeof planLocks)[number];

export interface PlannedProperty {
  name: string;
  /** Empty for any. */
  types: PropertyType[];
  required: boolean;
  description: string;
}

/** What has been agreed on about an event. */
export interface EventPlan {
  lock: PlanLock;
  description: string;
  properties: PlannedProperty[];
  updated_at: string;
  version: number;
}

/** One way in which events of a source were not as agreed. */
export interface Violation {
  /** Empty for events nobody agreed on; their names are the examples. */
  event: string;
  property: string;
  code: "event_unknown" | "property_unknown" | "property_type_wrong" | "property_missing" | "event_names_too_many";
  count: number;
  blocked: number;
  examples: string[];
  first_at: string;
  last_at: string;
}

export const unknownEvents = ["taken", "told", "blocked"] as const;

/** What a source sends, and what it has agreed to send. */
export interface SourceSchema {
  items: EventShape[];
  names: number;
  /** The names beyond those listed. */
  others: { names: number; count: number };
  unknown_events: (typeof unknownEvents)[number];
  violations: Violation[];
  /** Of the source. */
  version: number;
}

export interface SourceChange {
  origins: string[];
  events_per_second: number;
  expected_hours: number | null;
}

export const listSources = () => get<List<Source>>("/sources");
export const readSource = (id: string) => get<Source>(`/sources/${id}`);
export const addSource = (body: { name: string; kind: SourceKind }) => post<Source>("/sources", body);
export const changeSource = (of: Source, body: SourceChange) => put<Source>(`/sources/${of.id}`, body, { ifMatch: of.version });
export const issueKey = (of: Source) => post<Source>(`/sources/${of.id}/key`, undefined, { ifMatch: of.version });
export const revokeKey = (of: Source) => del(`/sources/${of.id}/key`, { ifMatch: of.version });
export const listLive = (id: string) => get<{ items: LiveEvent[]; refused: RefusalCount[] }>(`/sources/${id}/events`);
export const readSchema = (id: string) => get<SourceSchema>(`/sources/${id}/schema`);
export const agreeOnEvents = (id: string, version: number, body: { unknown_events: SourceSchema["unknown_events"]; lock?: PlanLock }) => put<SourceSchema>(`/sources/${id}/schema`, body, { ifMatch: version });
export const agreeOnEvent = (id: string, version: number, body: { event: string; lock: PlanLock; description: string; properties: PlannedProperty[] }) => put<SourceSchema>(`/sources/${id}/schema/event`, body, { ifMatch: version });
export const dropAgreement = (id: string, version: number, event: string) => del(`/sources/${id}/schema/event?event=${encodeURIComponent(event)}`, { ifMatch: version });

/** What stands where in what a sender delivers: paths by the names of what they lead to. */
export interface HookTemplate {
  signature_header: string;
  signature_encoding: "base64" | "hex";
  signature_prefix?: string;
  delivery?: string;
  topic?: string;
  order_topics: string[];
  refund_topics: string[];
  order: Record<string, string>;
  refund: Record<string, string>;
  statuses: Record<string, string>;
}

/** What a template can say of an order, and of refunds. */
export const orderPaths = ["key", "number", "ordered_at", "updated_at", "currency", "status", "cancelled", "customer_id", "customer_name", "phone", "email", "country", "province", "city", "total", "lines", "line_id", "line_sku", "line_name", "line_quantity", "line_price", "line_discount", "refunds", "refund_id", "refund_amount"] as const;
export const refundPaths = ["order", "id", "amount", "lines", "line_id", "line_sku", "line_name", "line_quantity", "line_amount", "line_restock"] as const;
export const hookPresets = ["shopify", "till", "delivery"] as const;

/** How a source is told of orders. */
export interface Webhook {
  /** Absent where there is none, or the reader may not set sources. */
  path?: string;
  template?: HookTemplate;
  presets: Record<(typeof hookPresets)[number], HookTemplate>;
  deliveries: { id: string; topic: string; number: string; outcome: "stored" | "older" | "refunded" | "waiting" | "ignored"; received_at: string }[];
  /** What of the source was not taken, the latest first. */
  refused: RefusalCount[];
  /** 0 where there is none. */
  version: number;
}

/** What a delivery would be read as. */
export interface HookTrial {
  tells: "order" | "refund" | "nothing";
  topic: string;
  delivery: string;
  order_key: string;
  number: string;
  status: string;
  ordered_at: string | null;
  told_at: string | null;
  customer: { id: string; name: string; phone: string; email: string };
  lines: { sku: string; name: string; quantity: number; price: number; discount: number }[];
  currency: string;
  total: number | null;
  refunded: number;
  /** The goods that refunds name; those not restocked stay sold. */
  back: { line: string; sku: string; name: string; quantity: number; amount: number; restocked: boolean }[];
}

export const readWebhook = (id: string) => get<Webhook>(`/sources/${id}/webhook`);
export const setWebhook = (id: string, version: number, body: { template: HookTemplate; secret?: string }) => put<Webhook>(`/sources/${id}/webhook`, body, { ifMatch: version });
export const dropWebhook = (id: string, version: number) => del(`/sources/${id}/webhook`, { ifMatch: version });
export const tryWebhook = (id: string, body: { template: HookTemplate; headers: Record<string, string>; text: string }) => post<HookTrial>(`/sources/${id}/webhook/trial`, body);
