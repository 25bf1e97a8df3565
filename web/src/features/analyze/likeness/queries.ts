import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { compareGroups, readAlike, readClusters, readCustomerPersona, readGoods, readPersona, readPrices, readRecommendations, type CompareQuery, type Condition } from "../../../api";

export const personaQuery = (condition: Condition | undefined) =>
  queryOptions({ queryKey: ["likeness", "persona", condition], queryFn: ({ signal }) => readPersona(condition as Condition, signal), placeholderData: keepPreviousData, enabled: condition !== undefined, staleTime: 60_000, retry: false });
export const customerPersonaQuery = (id: string) => queryOptions({ queryKey: ["customer", id, "persona"], queryFn: ({ signal }) => readCustomerPersona(id, signal), staleTime: 300_000, retry: false });
export const clustersQuery = queryOptions({ queryKey: ["likeness", "clusters"], queryFn: ({ signal }) => readClusters(signal) });
export const goodsQuery = (segment: string | undefined) => queryOptions({ queryKey: ["likeness", "goods", segment], queryFn: ({ signal }) => readGoods(segment, signal), placeholderData: keepPreviousData });
export const recommendationsQuery = (id: string) => queryOptions({ queryKey: ["customer", id, "recommendations"], queryFn: ({ signal }) => readRecommendations(id, signal), staleTime: 300_000, retry: false });
export const pricesQuery = queryOptions({ queryKey: ["likeness", "prices"], queryFn: ({ signal }) => readPrices(signal) });
export const alikeQuery = (segment: string | undefined, size: number) =>
  queryOptions({ queryKey: ["likeness", "alike", segment, size], queryFn: ({ signal }) => readAlike(segment ?? "", size, signal), placeholderData: keepPreviousData, enabled: segment !== undefined, staleTime: 60_000, retry: false });
export const compareQuery = (of: CompareQuery, enabled: boolean) => queryOptions({ queryKey: ["likeness", "compare", of], queryFn: ({ signal }) => compareGroups(of, signal), placeholderData: keepPreviousData, enabled, retry: false });
