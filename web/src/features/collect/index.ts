import type { LazyPage } from "../../ui";

/** Facts come in: imports with their wizard and result, and what they found to look at. */
export const pages: Record<"list" | "create" | "page" | "findings" | "exports" | "schedules" | "schedule" | "sources" | "source", LazyPage> = {
  list: () => import("./ImportsPage"),
  create: () => import("./NewImportPage"),
  page: () => import("./ImportPage"),
  findings: () => import("./FindingsPage"),
  exports: () => import("./transfer/ExportsPage"),
  schedules: () => import("./transfer/schedules/SchedulesPage"),
  sources: () => import("./sources/SourcesPage"),
  source: () => import("./sources/SourcePage"),
  schedule: () => import("./transfer/schedules/SchedulePage"),
};

export { ExportButton } from "./transfer/ExportButton";
