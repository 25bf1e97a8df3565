import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { listReadyReports, listReports, readColumnTables, readReportParts, runReport, type ReportAsked } from "../../../api";

export const reportsQuery = queryOptions({ queryKey: ["reports"], queryFn: ({ signal }) => listReports(signal) });
export const readyQuery = queryOptions({ queryKey: ["reports", "ready"], queryFn: ({ signal }) => listReadyReports(signal), staleTime: 300_000 });
export const partsQuery = queryOptions({ queryKey: ["reports", "parts"], queryFn: ({ signal }) => readReportParts(signal), staleTime: 60_000 });
export const runQuery = (asked: ReportAsked) => queryOptions({ queryKey: ["reports", "run", asked], queryFn: ({ signal }) => runReport(asked, signal), placeholderData: keepPreviousData, enabled: (asked.definition.measures?.length ?? 0) > 0, retry: false });
export const tablesQuery = queryOptions({ queryKey: ["sql", "schema"], queryFn: ({ signal }) => readColumnTables(signal), staleTime: 300_000, retry: false });
