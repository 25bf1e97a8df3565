import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { listGroups, listMembers, previewBulk, readBulk, readPlans, type BulkEdit, type BulkWish, type Chosen, type GroupNode } from "../../../api";

/** How often a page looks at running work, in milliseconds. */
const LOOK = 700;

export const groupsQuery = queryOptions({ queryKey: ["groups"], queryFn: ({ signal }) => listGroups(signal) });

export const membersQuery = (id: string, query: { limit: number; cursor?: string | undefined; sort?: string | undefined }) =>
  queryOptions({ queryKey: ["groups", "members", id, query], queryFn: ({ signal }) => listMembers(id, query, signal), placeholderData: keepPreviousData });

export const plansQuery = (type: GroupNode["type"], id: string) => queryOptions({ queryKey: ["groups", "plan", type, id], queryFn: ({ signal }) => readPlans(type, id, signal) });

/** What an edit would do, for as long as it is the same edit. */
export const previewQuery = (wish: BulkWish | null, chosen: Chosen) =>
  queryOptions({ queryKey: ["bulk", "preview", wish, chosen], queryFn: ({ signal }) => previewBulk(wish as BulkWish, chosen, signal), enabled: wish !== null, placeholderData: keepPreviousData, retry: false, gcTime: 0 });

export const working = (of: BulkEdit | undefined) => of?.state === "queued" || of?.state === "running" || of?.state === "undoing";

export const bulkQuery = (id: string) =>
  queryOptions({ queryKey: ["bulk", id], queryFn: ({ signal }) => readBulk(id, signal), enabled: id !== "", refetchInterval: ({ state }) => (state.data && !working(state.data) ? false : LOOK) });
