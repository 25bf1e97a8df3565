import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { readToday, readTodayLog, type TodayQuery } from "../../api";

/** Today's list. Old rows stay while new ones come, so that nothing jumps. */
export const todayQuery = (query: TodayQuery) =>
  queryOptions({ queryKey: ["today", query], queryFn: ({ signal }) => readToday(query, signal), placeholderData: keepPreviousData, refetchInterval: 60_000 });

export const logQuery = (day?: string) => queryOptions({ queryKey: ["today", "log", day ?? ""], queryFn: () => readTodayLog(day) });
