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
  last_at: string;
  properties: { name: string; types: ("text" | "number" | "boolean" | "list" | "object")[]; share: number }[];
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
export const readShapes = (id: string) => get<{ items: EventShape[]; names: number }>(`/sources/${id}/schema`);
