import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { listDashboards, listMailings, listReadyDashboards, readReview, type Review } from "../../../api";

export const dashboardsQuery = queryOptions({ queryKey: ["dashboards"], queryFn: ({ signal }) => listDashboards(signal) });
export const readyDashboardsQuery = queryOptions({ queryKey: ["dashboards", "ready"], queryFn: ({ signal }) => listReadyDashboards(signal), staleTime: 300_000 });
export const mailingsQuery = queryOptions({ queryKey: ["mailings"], queryFn: ({ signal }) => listMailings(signal) });
export const reviewQuery = (every: Review["every"], day: string | undefined) => queryOptions({ queryKey: ["review", every, day], queryFn: ({ signal }) => readReview(every, day, signal), placeholderData: keepPreviousData });
