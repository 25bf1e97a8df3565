import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { explainCondition, listGroups, listSegments, readBehind, readBoard, readBridge, readChurn, readChurnModel, readChurnPatterns, readCustomerChurn, readFields, readMetric, readModel, readOverlaps, readRetention, readRfm, readSegment, readTiers, readWhy, showTile, type BehindQuery, type Bridge, type CohortQuery, type Condition, type PeriodQuery, type TileAsked, type WhyQuery } from "../../api";

export const fieldsQuery = queryOptions({ queryKey: ["fields"], queryFn: readFields, staleTime: 60_000 });

export const groupsQuery = queryOptions({ queryKey: ["groups"], queryFn: ({ signal }) => listGroups(signal) });
export const segmentsQuery = queryOptions({ queryKey: ["segments"], queryFn: ({ signal }) => listSegments(signal) });
export const segmentQuery = (id: string) => queryOptions({ queryKey: ["segment", id], queryFn: ({ signal }) => readSegment(id, signal), enabled: id !== "" });
export const overlapsQuery = (id: string) => queryOptions({ queryKey: ["segment", id, "overlaps"], queryFn: ({ signal }) => readOverlaps(id, signal), enabled: id !== "" });
export const explainQuery = (condition: Condition, customer: string) =>
  queryOptions({ queryKey: ["segments", "explain", condition, customer], queryFn: ({ signal }) => explainCondition(condition, customer, signal), placeholderData: keepPreviousData, enabled: customer !== "", retry: false });

export const boardQuery = (query: PeriodQuery) => queryOptions({ queryKey: ["metrics", query], queryFn: ({ signal }) => readBoard(query, signal), placeholderData: keepPreviousData });
export const metricQuery = (name: string, query: PeriodQuery & { by?: string }) => queryOptions({ queryKey: ["metrics", "one", name, query], queryFn: ({ signal }) => readMetric(name, query, signal), placeholderData: keepPreviousData });
export const whyQuery = (name: string, query: WhyQuery) => queryOptions({ queryKey: ["metrics", "why", name, query], queryFn: ({ signal }) => readWhy(name, query, signal), placeholderData: keepPreviousData, retry: false });
export const behindQuery = (name: string, query: BehindQuery) => queryOptions({ queryKey: ["metrics", "behind", name, query], queryFn: ({ signal }) => readBehind(name, query, signal), placeholderData: keepPreviousData });

export const rfmQuery = (query: { cuts?: string | undefined; window_days?: number | undefined }) => queryOptions({ queryKey: ["rfm", query], queryFn: ({ signal }) => readRfm(query, signal), placeholderData: keepPreviousData });
export const modelQuery = queryOptions({ queryKey: ["rfm", "model"], queryFn: ({ signal }) => readModel(signal) });
export const bridgeQuery = (period: Bridge["period"]) => queryOptions({ queryKey: ["bridge", period], queryFn: ({ signal }) => readBridge(period, signal), placeholderData: keepPreviousData });
export const churnQuery = queryOptions({ queryKey: ["churn"], queryFn: ({ signal }) => readChurn(signal) });
export const churnModelQuery = queryOptions({ queryKey: ["churn", "model"], queryFn: ({ signal }) => readChurnModel(signal) });
export const churnPatternsQuery = (days: number) => queryOptions({ queryKey: ["churn", "patterns", days], queryFn: ({ signal }) => readChurnPatterns(days, signal), placeholderData: keepPreviousData });
export const customerChurnQuery = (id: string) => queryOptions({ queryKey: ["customer", id, "churn"], queryFn: ({ signal }) => readCustomerChurn(id, signal), staleTime: 300_000, retry: false });
export const tiersQuery = queryOptions({ queryKey: ["rfm", "tiers"], queryFn: ({ signal }) => readTiers(signal) });

export const retentionQuery = (query: CohortQuery) => queryOptions({ queryKey: ["retention", query], queryFn: ({ signal }) => readRetention(query, signal), placeholderData: keepPreviousData });
export const tileQuery = (asked: TileAsked) => queryOptions({ queryKey: ["dashboards", "tile", asked], queryFn: ({ signal }) => showTile(asked, signal), placeholderData: keepPreviousData, retry: false, staleTime: 60_000 });
