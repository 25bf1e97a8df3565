import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link, Outlet } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { pages as customer } from "../features/customer";
import { pages as settings } from "../features/settings";
import { pages as signin } from "../features/signin";
import { pages as today } from "../features/today";
import { Button, Failed, Skeleton } from "../ui";
import { Shell } from "./Shell";

type Search = Record<string, unknown>;
const text = (value: unknown) => (value === undefined || value === null || value === "" ? undefined : String(value));
const texts = (value: unknown) => (Array.isArray(value) && value.length ? value.map(String) : undefined);

/** What every list keeps in its address. `filter` is a condition, `after` the cursors passed so far. */
export const listSearch = (search: Search) => ({ sort: text(search["sort"]), after: texts(search["after"]), filter: (search["filter"] ?? undefined) as object | undefined });

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });
const shell = createRoute({ getParentRoute: () => root, id: "shell", component: Shell });
const outside = { getParentRoute: () => root } as const;
const inside = { getParentRoute: () => shell } as const;

const routes = root.addChildren([
  createRoute({ ...outside, path: "/signin", component: lazyRouteComponent(signin.signin), validateSearch: (search: Search): { next?: string } => (text(search["next"]) ? { next: text(search["next"])! } : {}) }),
  createRoute({ ...outside, path: "/setup", component: lazyRouteComponent(signin.setup), validateSearch: (search: Search) => ({ token: text(search["token"]) ?? "" }) }),
  createRoute({ ...outside, path: "/invite", component: lazyRouteComponent(signin.invite), validateSearch: (search: Search) => ({ token: text(search["token"]) ?? "" }) }),
  createRoute({ ...outside, path: "/enter", component: lazyRouteComponent(signin.enter), validateSearch: (search: Search) => ({ token: text(search["token"]) ?? "" }) }),
  shell.addChildren([
    createRoute({ ...inside, path: "/", component: lazyRouteComponent(today.today), validateSearch: (search: Search) => ({ area: text(search["area"]), item: text(search["item"]), show: text(search["show"]) }) }),
    createRoute({ ...inside, path: "/customers", component: lazyRouteComponent(customer.list), validateSearch: listSearch }),
    createRoute({ ...inside, path: "/customers/new", component: lazyRouteComponent(customer.create) }),
    createRoute({ ...inside, path: "/customers/$id", component: lazyRouteComponent(customer.page), validateSearch: (search: Search) => ({ tab: text(search["tab"]), part: text(search["part"]), log: text(search["log"]), from: text(search["from"]) }) }),
    createRoute({ ...inside, path: "/settings/staff", component: lazyRouteComponent(settings.staff), validateSearch: (search: Search) => ({ tab: text(search["tab"]) }) }),
    createRoute({ ...inside, path: "/settings/audit", component: lazyRouteComponent(settings.audit), validateSearch: (search: Search) => ({ ...listSearch(search), actor: text(search["actor"]), action: text(search["action"]), subject: text(search["subject"]), from: text(search["from"]), to: text(search["to"]) }) }),
    createRoute({ ...inside, path: "/settings/sessions", component: lazyRouteComponent(settings.sessions) }),
    createRoute({ ...inside, path: "/settings/workspace", component: lazyRouteComponent(settings.workspace) }),
  ]),
]);

export const router = createRouter({
  routeTree: routes,
  defaultPreload: "intent",
  scrollRestoration: true,
  defaultPendingComponent: () => <Skeleton rows={10} />,
  defaultPendingMs: 150,
  defaultErrorComponent: ({ error, reset }) => <Failed error={error} retry={reset} />,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

function NotFound() {
  const { t } = useTranslation("app");
  return <div className="empty"><p>{t("notFound")}</p><Link to="/"><Button>{t("home")}</Button></Link></div>;
}
