import type { IconName } from "../ui";

export interface MenuEntry {
  key: "today" | "customers" | "customerList" | "duplicates" | "segments" | "groups" | "identity" | "insight" | "metrics" | "why" | "rfm" | "cohorts" | "behaviour" | "alerts" | "likeness" | "dashboards" | "reports" | "data" | "imports" | "sources" | "exports" | "schedules" | "quality" | "settings" | "staff" | "access" | "audit" | "sessions" | "fields" | "privacy" | "backups" | "mail" | "workspace";
  to: string;
  icon?: IconName;
  /** Shown to whoever holds it; absent = to everybody. */
  permission?: string;
  under?: MenuEntry[];
}

/** The menu mirrors the loop: collect, know, decide. Only pages that exist stand in it. */
export const menu: MenuEntry[] = [
  { key: "today", to: "/", icon: "today", permission: "today.read" },
  {
    key: "customers", to: "/customers", icon: "people", under: [
      { key: "customerList", to: "/customers", permission: "customers.read" },
      { key: "duplicates", to: "/duplicates", permission: "customers.read" },
      { key: "segments", to: "/segments", permission: "segments.read" },
      { key: "groups", to: "/groups", permission: "segments.read" },
    ],
  },
  {
    key: "insight", to: "/metrics", icon: "insight", under: [
      { key: "dashboards", to: "/dashboards", permission: "metrics.read" },
      { key: "metrics", to: "/metrics", permission: "metrics.read" },
      { key: "why", to: "/why", permission: "metrics.read" },
      { key: "alerts", to: "/alerts", permission: "metrics.read" },
      { key: "behaviour", to: "/behaviour", permission: "metrics.read" },
      { key: "likeness", to: "/likeness", permission: "segments.read" },
      { key: "rfm", to: "/rfm", permission: "metrics.read" },
      { key: "cohorts", to: "/cohorts", permission: "metrics.read" },
      { key: "reports", to: "/reports", permission: "metrics.read" },
    ],
  },
  {
    key: "data", to: "/imports", icon: "data", under: [
      { key: "imports", to: "/imports", permission: "imports.read" },
      { key: "sources", to: "/sources", permission: "sources.read" },
      { key: "exports", to: "/exports", permission: "export" },
      { key: "schedules", to: "/schedules", permission: "imports.read" },
      { key: "quality", to: "/quality", permission: "findings.read" },
    ],
  },
];

export const settingsMenu: MenuEntry = {
  key: "settings", to: "/settings/sessions", icon: "set", under: [
    { key: "staff", to: "/settings/staff", permission: "staff.read" },
    { key: "access", to: "/settings/access", permission: "access.read" },
    { key: "audit", to: "/settings/audit", permission: "audit.read" },
    { key: "sessions", to: "/settings/sessions" },
    { key: "fields", to: "/settings/fields", permission: "fields.write" },
    { key: "identity", to: "/settings/identity", permission: "settings.read" },
    { key: "privacy", to: "/settings/privacy", permission: "privacy.read" },
    { key: "mail", to: "/settings/mail", permission: "settings.write" },
    { key: "backups", to: "/settings/backups", permission: "backups.read" },
    { key: "workspace", to: "/settings/workspace", permission: "settings.read" },
  ],
};

/** The entries a person may open; a group without any of its pages goes. */
export function allowed(entries: MenuEntry[], can: (permission: string) => boolean): MenuEntry[] {
  return entries.flatMap((entry) => {
    if (entry.permission && !can(entry.permission)) return [];
    if (!entry.under) return [entry];
    const under = allowed(entry.under, can);
    return under.length ? [{ ...entry, to: under[0]?.to ?? entry.to, under }] : [];
  });
}

/** Where a person begins: Today, or for who has none the audit log, else the first page of the menu. */
export function homeOf(can: (permission: string) => boolean): string {
  if (can("today.read")) return "/";
  if (can("audit.read")) return "/settings/audit";
  return allowed([...menu, settingsMenu], can)[0]?.to ?? "/";
}

/** Whether an address lies on a page: /customers/7 is on /customers, and / only on itself. */
export const lies = (path: string, on: string) => (on === "/" ? path === "/" : path === on || path.startsWith(`${on}/`));
