import type { LazyPage } from "../../ui";
export { rolesQuery, staffQuery } from "./queries";

/** Settings: staff and roles, audit, sessions and tokens, fields of customers, backups, the workspace. */
export const pages: Record<"staff" | "access" | "audit" | "sessions" | "fields" | "mail" | "backups" | "workspace", LazyPage> = {
  staff: () => import("./StaffPage"),
  access: () => import("./access/AccessPage"),
  audit: () => import("./AuditPage"),
  sessions: () => import("./SessionsPage"),
  fields: () => import("./FieldsPage"),
  mail: () => import("./mail/MailPage"),
  backups: () => import("./BackupsPage"),
  workspace: () => import("./WorkspacePage"),
};
