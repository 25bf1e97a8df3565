import type { LazyPage } from "../../ui";
export { rolesQuery, staffQuery } from "./queries";

/** Settings: staff and roles, audit, sessions and tokens, the workspace. */
export const pages: Record<"staff" | "audit" | "sessions" | "workspace", LazyPage> = {
  staff: () => import("./StaffPage"),
  audit: () => import("./AuditPage"),
  sessions: () => import("./SessionsPage"),
  workspace: () => import("./WorkspacePage"),
};
