import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { getImport, listFindingGroups, listFindings, listImports, listSources, type FindingState, type Import } from "../../api";

/** Whether an import will not change any more by itself. */
export const ended = (of: Import) => of.state !== "queued" && of.state !== "running";

/** How often a page looks at running work, in milliseconds. */
const LOOK = 500;

export const importsQuery = (cursor?: string) =>
  queryOptions({
    queryKey: ["imports", cursor ?? ""], queryFn: () => listImports(cursor), placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.items.some((each) => !ended(each)) ? 2 * LOOK : false),
  });

export const importQuery = (id: string) =>
  queryOptions({ queryKey: ["imports", "one", id], queryFn: () => getImport(id), refetchInterval: ({ state }) => (state.data && ended(state.data) ? false : LOOK) });

export const groupsQuery = (state: FindingState, importId?: string) =>
  queryOptions({ queryKey: ["findings", "groups", state, importId ?? ""], queryFn: () => listFindingGroups(state, importId) });

export const findingsQuery = (of: { cause?: string; state: FindingState; import?: string; cursor?: string }) =>
  queryOptions({ queryKey: ["findings", of], queryFn: () => listFindings(of), placeholderData: keepPreviousData, enabled: !!of.cause });

export const sourcesQuery = queryOptions({ queryKey: ["sources"], queryFn: listSources });
