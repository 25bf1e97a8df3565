import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { allCorrections, listFixes, listQualityFindings, listQualityRules, listQualityRuns, previewFix, readFix, readQuality, readQualitySchedule, type Fix, type FixDraft, type QualityRun } from "../../../api";

/** How often a page looks at running work, in milliseconds. */
const LOOK = 800;
/** How often at what others mend, and what follows a change a moment later. */
const OTHERS = 10_000;

export const running = (of: QualityRun | null | undefined) => of?.state === "queued" || of?.state === "running";
export const working = (of: Fix | undefined) => of?.state === "queued" || of?.state === "running" || of?.state === "undoing";

export const scoreQuery = queryOptions({ queryKey: ["quality", "score"], queryFn: readQuality, refetchInterval: ({ state }) => (running(state.data?.run) || (state.data && !state.data.as_of) ? LOOK : OTHERS) });

export const findingsQuery = (of: { rule: string; field: string; cursor?: string }) =>
  queryOptions({ queryKey: ["quality", "findings", of], queryFn: () => listQualityFindings({ rule: of.rule, field: of.field || "-", ...(of.cursor ? { cursor: of.cursor } : {}) }), placeholderData: keepPreviousData });

export const saidQuery = queryOptions({ queryKey: ["quality", "said"], queryFn: ({ signal }) => allCorrections(signal) });

export const previewQuery = (of: FixDraft, ready: boolean) =>
  queryOptions({ queryKey: ["quality", "preview", of], queryFn: () => previewFix(of), enabled: ready, gcTime: 0, staleTime: 0, retry: false });

export const fixQuery = (id: string | undefined) =>
  queryOptions({ queryKey: ["quality", "fix", id ?? ""], queryFn: () => readFix(id ?? ""), enabled: !!id, refetchInterval: ({ state }) => (state.data && !working(state.data) ? false : LOOK) });

export const fixesQuery = (cursor?: string) =>
  queryOptions({ queryKey: ["quality", "fixes", cursor ?? ""], queryFn: () => listFixes(cursor), refetchInterval: ({ state }) => (state.data?.items.some(working) ? LOOK : false) });

export const runsQuery = (cursor?: string) => queryOptions({ queryKey: ["quality", "runs", cursor ?? ""], queryFn: () => listQualityRuns(cursor) });
export const rulesQuery = queryOptions({ queryKey: ["quality", "rules"], queryFn: listQualityRules });
export const scheduleQuery = queryOptions({ queryKey: ["quality", "schedule"], queryFn: readQualitySchedule });
