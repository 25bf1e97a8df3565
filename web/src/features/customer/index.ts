import type { LazyPage } from "../../ui";

/** Customers: the list, one customer, a new one. */
export const pages: Record<"list" | "page" | "create" | "duplicates" | "groups" | "oneList" | "identity", LazyPage> = {
  list: () => import("./ListPage"),
  page: () => import("./CustomerPage"),
  create: () => import("./NewCustomerPage"),
  identity: () => import("./identity/IdentityPage"),
  groups: () => import("./groups/GroupsPage"),
  oneList: () => import("./groups/ListPage"),
  duplicates: () => import("./duplicates/DuplicatesPage"),
};
