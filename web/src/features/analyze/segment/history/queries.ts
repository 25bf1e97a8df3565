import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { readSegmentHistory, readSegmentMoves, type MovesAsked } from "../../../../api";

export const historyQuery = (id: string, days: { from: string; to: string }) =>
  queryOptions({ queryKey: ["segment", id, "history", days], queryFn: ({ signal }) => readSegmentHistory(id, days, signal), placeholderData: keepPreviousData });
export const movesQuery = (id: string, asked: MovesAsked) =>
  infiniteQueryOptions({ queryKey: ["segment", id, "moves", asked], queryFn: ({ pageParam, signal }) => readSegmentMoves(id, asked, pageParam || undefined, signal), initialPageParam: "", getNextPageParam: (page) => page.next_cursor || undefined, placeholderData: keepPreviousData });
