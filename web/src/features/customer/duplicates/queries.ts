import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { listDuplicates, readBatch, readPrecision, readScan, type DuplicateScan, type MergeBatch, type PairState } from "../../../api";

const PAGE = 50;

/** How often a page looks at running work, in milliseconds. */
const LOOK = 800;

export const pairsQuery = (state: PairState) =>
  infiniteQueryOptions({
    queryKey: ["duplicates", "pairs", state],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => listDuplicates({ state, min_score: state === "open" ? 0.5 : 0, limit: PAGE, total: !pageParam, ...(pageParam ? { cursor: pageParam } : {}) }, signal),
    getNextPageParam: (last) => last.next_cursor || undefined,
  });

export const scanning = (of: DuplicateScan | undefined) => of?.state === "queued" || of?.state === "running";

/** The latest scan. */
export const scanQuery = queryOptions({
  queryKey: ["duplicates", "scan"],
  queryFn: () => readScan("latest"),
  refetchInterval: ({ state }) => (scanning(state.data) ? LOOK : false),
});

export const precisionQuery = queryOptions({ queryKey: ["duplicates", "precision"], queryFn: readPrecision });

export const working = (of: MergeBatch | undefined) => of?.state === "queued" || of?.state === "merging" || of?.state === "undoing";

export const batchQuery = (id: string | undefined) =>
  queryOptions({ queryKey: ["duplicates", "batch", id ?? ""], queryFn: () => readBatch(id ?? ""), enabled: !!id, refetchInterval: ({ state }) => (state.data && !working(state.data) ? false : LOOK) });
