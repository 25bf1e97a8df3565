import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { previewLifecycle, readLifecycle, readLifecycleFlow, type StageDraft } from "../../../../api";

export const lifecycleQuery = queryOptions({ queryKey: ["lifecycle"], queryFn: ({ signal }) => readLifecycle(signal) });
export const flowQuery = (days: { from: string; to: string }) => queryOptions({ queryKey: ["lifecycle", "flow", days], queryFn: ({ signal }) => readLifecycleFlow(days, signal), placeholderData: keepPreviousData });
export const stagesPreviewQuery = (stages: readonly StageDraft[]) => queryOptions({ queryKey: ["lifecycle", "preview", stages], queryFn: ({ signal }) => previewLifecycle(stages, signal), placeholderData: keepPreviousData, retry: false });
