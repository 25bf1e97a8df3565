import type { LazyPage } from "../../ui";
export { rolesQuery, staffQuery } from "./queries";

/** Settings: staff and roles, audit, sessions and tokens, backups, the workspace. */
export const pages: Record<"staff" | "audit" | "sessions" | "backups" | "workspace", LazyPage> = {
  staff: () => import("./StaffPage"),
  audit: () => import("./AuditPage"),
  sessions: () => import("./SessionsPage"),
  backups: () => import("./BackupsPage"),
  workspace: () => import("./WorkspacePage"),
};
