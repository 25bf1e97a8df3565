import type { LazyPage } from "../../ui";

/** Customers: the list, one customer, a new one. */
export const pages: Record<"list" | "page" | "create" | "duplicates", LazyPage> = {
  list: () => import("./ListPage"),
  page: () => import("./CustomerPage"),
  create: () => import("./NewCustomerPage"),
  duplicates: () => import("./duplicates/DuplicatesPage"),
};
