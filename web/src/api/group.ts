import { del, get, patch, post, put } from "./client";
import type { Condition, List, Named, Said } from "./shapes";
import type { SegmentMember } from "./analyze";

/** A list or a segment in the tree of groups. */
export interface GroupNode {
  type: "list" | "segment";
  id: string;
  name: string;
  description: string;
  parent_id: string | null;
  /** Members the reader may see, those of what stands below among them. */
  count: number;
  /** Of a list: in itself. */
  picked: number;
  sentence?: Said;
  owner: Named | null;
  team: Named | null;
  made_by: Named | null;
  used_by: string[];
  created_at: string;
  updated_at: string;
  version: number;
}

/** Where a group stands and to whom its members belong; "0" is none. */
export interface GroupPlace {
  parent_id?: string;
  owner_id?: string;
  team_id?: string;
}

export interface GroupPlan {
  version: number;
  content: string;
  by: string;
  at: string | null;
}

export type BulkKind = "tag" | "untag" | "list_add" | "list_remove" | "list_move" | "owner" | "team" | "field";

/** Whom an edit is about, in one of three ways. */
export type Chosen = { ids: string[] } | { filter: Condition } | { import: string };

/** A change to many customers; which parts are set depends on its kind. */
export interface BulkWish {
  kind: BulkKind;
  tag?: string;
  list_id?: string;
  from_id?: string;
  owner_id?: string;
  team_id?: string;
  field?: string;
  value?: unknown;
}

export interface BulkPreview {
  total: number;
  changed: number;
  unchanged: number;
  left_out: number;
  estimated: boolean;
}

export interface BulkEdit {
  id: string;
  kind: BulkKind;
  state: "queued" | "running" | "done" | "cancelled" | "undoing" | "undone";
  total: number;
  done: number;
  changed: number;
  unchanged: number;
  left_out: number;
  undone: number;
  kept: number;
  can_undo: boolean;
  by: string;
  created_at: string;
}

export const listGroups = (signal?: AbortSignal) => get<List<GroupNode>>("/groups", undefined, signal);
export const createList = (draft: { name: string; description?: string } & GroupPlace, idempotencyKey: string) => post<GroupNode>("/lists", draft, { idempotencyKey });
export const changeList = (id: string, version: number, draft: { name?: string; description?: string } & GroupPlace) => patch<GroupNode>(`/lists/${id}`, draft, { ifMatch: version });
export const placeSegment = (id: string, version: number, place: GroupPlace) => patch<unknown>(`/segments/${id}`, place, { ifMatch: version });
export const removeList = (id: string, version: number) => del(`/lists/${id}`, { ifMatch: version });
export const restoreList = (id: string) => post<GroupNode>(`/lists/${id}/restore`);
export const listMembers = (id: string, query: { limit: number; cursor?: string | undefined; sort?: string | undefined }, signal?: AbortSignal) =>
  get<List<SegmentMember>>(`/lists/${id}/members`, { ...query, total: true }, signal);
export const readPlans = (type: GroupNode["type"], id: string, signal?: AbortSignal) => get<{ items: GroupPlan[] }>(`/${type}s/${id}/plan`, undefined, signal);
export const writePlan = (type: GroupNode["type"], id: string, content: string, over: number) => put<{ items: GroupPlan[] }>(`/${type}s/${id}/plan`, { content, over });

export const previewBulk = (wish: BulkWish, chosen: Chosen, signal?: AbortSignal) => post<BulkPreview>("/bulk-edits/preview", { ...wish, chosen }, { signal });
export const startBulk = (wish: BulkWish, chosen: Chosen, idempotencyKey: string) => post<BulkEdit>("/bulk-edits", { ...wish, chosen }, { idempotencyKey });
export const readBulk = (id: string, signal?: AbortSignal) => get<BulkEdit>(`/bulk-edits/${id}`, undefined, signal);
export const listBulk = (signal?: AbortSignal) => get<{ items: BulkEdit[] }>("/bulk-edits", undefined, signal);
export const undoBulk = (id: string) => post<BulkEdit>(`/bulk-edits/${id}/undo`);
export const cancelBulk = (id: string) => post<BulkEdit>(`/bulk-edits/${id}/cancel`);
