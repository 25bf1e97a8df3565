import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { readMembers, readToday, readTodayLog, type TodayQuery } from "../../api";

/** Today's list. Old rows stay while new ones come, so that nothing jumps. */
export const todayQuery = (query: TodayQuery) =>
  queryOptions({ queryKey: ["today", query], queryFn: ({ signal }) => readToday(query, signal), placeholderData: keepPreviousData, refetchInterval: 60_000 });

export const logQuery = (day?: string) => queryOptions({ queryKey: ["today", "log", day ?? ""], queryFn: () => readTodayLog(day) });

/** Those a folded row stands for, those with most at stake first. */
export const membersQuery = (id: string) =>
  infiniteQueryOptions({ queryKey: ["today", "members", id], initialPageParam: "", queryFn: ({ pageParam }) => readMembers(id, pageParam || undefined), getNextPageParam: (last) => last.next_cursor || undefined, retry: false });
