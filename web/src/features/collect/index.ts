import type { LazyPage } from "../../ui";

/** Facts come in: imports with their wizard and result, and what they found to look at. */
export const pages: Record<"list" | "create" | "page" | "findings", LazyPage> = {
  list: () => import("./ImportsPage"),
  create: () => import("./NewImportPage"),
  page: () => import("./ImportPage"),
  findings: () => import("./FindingsPage"),
};
