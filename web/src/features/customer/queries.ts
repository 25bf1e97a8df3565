import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { listCustomers, listPurposes, previewSegment, readCustomer, readSegmentsOf, readFields, readTimeline, type Condition, type ListQuery } from "../../api";

export const PAGE = 50;

/** What customers are asked for. */
export const purposesQuery = queryOptions({ queryKey: ["purposes", { archived: false }], queryFn: () => listPurposes(false), staleTime: 60_000 });

export const listQuery = (query: ListQuery) =>
  queryOptions({ queryKey: ["customers", query], queryFn: ({ signal }) => listCustomers(query, signal), placeholderData: keepPreviousData });

/** Since when she is in her segments; who they are her page knows. */
export const segmentsQuery = (id: string) => queryOptions({ queryKey: ["customer", id, "segments"], queryFn: ({ signal }) => readSegmentsOf(id, signal) });
export const customerQuery = (id: string) => queryOptions({ queryKey: ["customer", id], queryFn: ({ signal }) => readCustomer(id, signal) });

/** Everything that happened, newest first, page by page. */
export const timelineQuery = (id: string, kind: string) =>
  infiniteQueryOptions({
    queryKey: ["customer", id, "timeline", kind],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => readTimeline(id, { limit: 50, ...(kind ? { kind } : {}), ...(pageParam ? { cursor: pageParam } : {}) }, signal),
    getNextPageParam: (last) => last.next_cursor || undefined,
  });

export const fieldsQuery = queryOptions({ queryKey: ["fields"], queryFn: readFields, staleTime: 30_000 });

/** A condition in words, as the server tells it. */
export const sentenceQuery = (condition: Condition) =>
  queryOptions({ queryKey: ["sentence", condition], queryFn: async ({ signal }) => (await previewSegment(condition, signal)).sentence, staleTime: Infinity, retry: false });
