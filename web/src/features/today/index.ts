export { todayQuery } from "./queries";

/** The list of what to do now. */
export const pages = { today: () => import("./TodayPage") };
