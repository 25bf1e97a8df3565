import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { readChannels, readConcerns, readFunnel, readInterests, readPaths, readReading, readRegions, readStickiness, readVisits, type FunnelDraft, type PathQuery, type VisitQuery } from "../../../api";

export const visitsQuery = (query: VisitQuery) => queryOptions({ queryKey: ["behaviour", "sessions", query], queryFn: ({ signal }) => readVisits(query, signal), placeholderData: keepPreviousData });
export const funnelQuery = (draft: FunnelDraft) => queryOptions({ queryKey: ["behaviour", "funnel", draft], queryFn: ({ signal }) => readFunnel(draft, signal), placeholderData: keepPreviousData, enabled: draft.steps.length > 0, retry: false });
export const pathsQuery = (query: PathQuery) => queryOptions({ queryKey: ["behaviour", "paths", query], queryFn: ({ signal }) => readPaths(query, signal), placeholderData: keepPreviousData });
export const stickyQuery = (query: VisitQuery & { event: string }) => queryOptions({ queryKey: ["behaviour", "sticky", query], queryFn: ({ signal }) => readStickiness(query, signal), placeholderData: keepPreviousData, retry: false });
export const concernsQuery = (query: VisitQuery) => queryOptions({ queryKey: ["behaviour", "concerns", query], queryFn: ({ signal }) => readConcerns(query, signal), placeholderData: keepPreviousData });
export const readingQuery = queryOptions({ queryKey: ["behaviour", "reading"], queryFn: ({ signal }) => readReading(signal) });
export const channelsQuery = (customer: string) => queryOptions({ queryKey: ["customer", customer, "channels"], queryFn: ({ signal }) => readChannels(customer, signal) });
export const interestsQuery = (customer: string) => queryOptions({ queryKey: ["customer", customer, "interests"], queryFn: ({ signal }) => readInterests(customer, signal) });
export const regionsQuery = (segment: string | undefined) => queryOptions({ queryKey: ["behaviour", "regions", segment], queryFn: ({ signal }) => readRegions({ segment }, signal), placeholderData: keepPreviousData });
