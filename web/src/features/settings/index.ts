/** Settings: staff and roles, audit, sessions and tokens, the workspace. */
export const pages = {
  staff: () => import("./StaffPage"),
  audit: () => import("./AuditPage"),
  sessions: () => import("./SessionsPage"),
  workspace: () => import("./WorkspacePage"),
};
