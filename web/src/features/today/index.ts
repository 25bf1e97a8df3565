import type { LazyPage } from "../../ui";
export { Question } from "./Question";
export { todayQuery } from "./queries";
export { useTodayActs, type TodayActs } from "./useActs";

/** The list of what to do now. */
export const pages: Record<"today", LazyPage> = { today: () => import("./TodayPage") };
