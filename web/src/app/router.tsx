import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link, Outlet } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { pages as analyze } from "../features/analyze";
import { pages as collect } from "../features/collect";
import { pages as customer } from "../features/customer";
import { pages as privacy } from "../features/privacy";
import { pages as settings } from "../features/settings";
import { pages as signin } from "../features/signin";
import { pages as today } from "../features/today";
import { Button, Failed, Skeleton } from "../ui";
import { conditionSearch, listSearch, partsSearch, readSearch, reportSearch, segmentSearch, type Search, stepsSearch, texted, whySearch, writeSearch } from "./address";
import { Shell } from "./Shell";

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });
const shell = createRoute({ getParentRoute: () => root, id: "shell", component: Shell });
const outside = () => root;
const inside = () => shell;

// Each route has a name of its own: inside the array TypeScript would forget the paths.
const signinRoute = createRoute({ getParentRoute: outside, path: "/signin", component: lazyRouteComponent(signin.signin), validateSearch: texted("next") });
const setupRoute = createRoute({ getParentRoute: outside, path: "/setup", component: lazyRouteComponent(signin.setup), validateSearch: texted("token") });
const inviteRoute = createRoute({ getParentRoute: outside, path: "/invite", component: lazyRouteComponent(signin.invite), validateSearch: texted("token") });
const enterRoute = createRoute({ getParentRoute: outside, path: "/enter", component: lazyRouteComponent(signin.enter), validateSearch: texted("token") });
const outsideRoute = createRoute({ getParentRoute: outside, path: "/sign-in/outside", component: lazyRouteComponent(signin.outside), validateSearch: texted("code", "state", "error") });
const todayRoute = createRoute({ getParentRoute: inside, path: "/", component: lazyRouteComponent(today.today), validateSearch: texted("area", "item", "show") });
const customersRoute = createRoute({ getParentRoute: inside, path: "/customers", component: lazyRouteComponent(customer.list), validateSearch: listSearch });
const newCustomerRoute = createRoute({ getParentRoute: inside, path: "/customers/new", component: lazyRouteComponent(customer.create) });
const customerRoute = createRoute({ getParentRoute: inside, path: "/customers/$id", component: lazyRouteComponent(customer.page), validateSearch: texted("tab", "part", "log", "from") });
const duplicatesRoute = createRoute({ getParentRoute: inside, path: "/duplicates", component: lazyRouteComponent(customer.duplicates), validateSearch: texted("tab", "batch") });
const identityRoute = createRoute({ getParentRoute: inside, path: "/settings/identity", component: lazyRouteComponent(customer.identity) });
const groupsRoute = createRoute({ getParentRoute: inside, path: "/groups", component: lazyRouteComponent(customer.groups) });
const listRoute = createRoute({ getParentRoute: inside, path: "/groups/$id", component: lazyRouteComponent(customer.oneList), validateSearch: listSearch });
const segmentsRoute = createRoute({ getParentRoute: inside, path: "/segments", component: lazyRouteComponent(analyze.segments) });
const newSegmentRoute = createRoute({ getParentRoute: inside, path: "/segments/new", component: lazyRouteComponent(analyze.newSegment), validateSearch: conditionSearch });
const segmentRoute = createRoute({ getParentRoute: inside, path: "/segments/$id", component: lazyRouteComponent(analyze.segment), validateSearch: segmentSearch });
const metricsRoute = createRoute({ getParentRoute: inside, path: "/metrics", component: lazyRouteComponent(analyze.metrics), validateSearch: texted("metric", "period", "from", "to", "against", "segment", "split") });
const behindRoute = createRoute({ getParentRoute: inside, path: "/metrics/$name/behind", component: lazyRouteComponent(analyze.behind), validateSearch: (search: Search) => ({ ...listSearch(search), ...texted("from", "to", "segment", "split", "split_value", "part")(search), ...partsSearch(search) }) });
const whyRoute = createRoute({ getParentRoute: inside, path: "/why", component: lazyRouteComponent(analyze.why), validateSearch: whySearch });
const rfmRoute = createRoute({ getParentRoute: inside, path: "/rfm", component: lazyRouteComponent(analyze.rfm), validateSearch: texted("show", "window", "cuts") });
const cohortsRoute = createRoute({ getParentRoute: inside, path: "/cohorts", component: lazyRouteComponent(analyze.cohorts), validateSearch: texted("period", "show", "first", "return", "counts", "segment", "from", "to") });
const behaviourRoute = createRoute({ getParentRoute: inside, path: "/behaviour", component: lazyRouteComponent(analyze.behaviour), validateSearch: (search: Search) => ({ ...texted("tab", "period", "from", "to", "segment", "split", "within", "who", "of", "start", "event")(search), ...stepsSearch(search) }) });
const likenessRoute = createRoute({ getParentRoute: inside, path: "/likeness", component: lazyRouteComponent(analyze.likeness), validateSearch: (search: Search) => ({ ...texted("tab", "segment", "product")(search), ...conditionSearch(search) }) });
const reportsRoute = createRoute({ getParentRoute: inside, path: "/reports", component: lazyRouteComponent(analyze.reports), validateSearch: reportSearch });
const dashboardsRoute = createRoute({ getParentRoute: inside, path: "/dashboards", component: lazyRouteComponent(analyze.dashboards), validateSearch: texted("tab", "board", "edit", "days", "segment", "stop", "every", "day") });
const alertsRoute = createRoute({ getParentRoute: inside, path: "/alerts", component: lazyRouteComponent(analyze.alerts), validateSearch: texted("tab", "rule") });
const alertRoute = createRoute({ getParentRoute: inside, path: "/alerts/$id", component: lazyRouteComponent(analyze.alert) });
const newAlertRuleRoute = createRoute({ getParentRoute: inside, path: "/alerts/rules/new", component: lazyRouteComponent(analyze.newAlertRule), validateSearch: (search: Search) => ({ ...conditionSearch(search), ...texted("metric", "segment", "preset", "name")(search) }) });
const alertRuleRoute = createRoute({ getParentRoute: inside, path: "/alerts/rules/$id", component: lazyRouteComponent(analyze.alertRule) });
const importsRoute = createRoute({ getParentRoute: inside, path: "/imports", component: lazyRouteComponent(collect.list), validateSearch: listSearch });
const newImportRoute = createRoute({ getParentRoute: inside, path: "/imports/new", component: lazyRouteComponent(collect.create) });
const exportsRoute = createRoute({ getParentRoute: inside, path: "/exports", component: lazyRouteComponent(collect.exports), validateSearch: listSearch });
const schedulesRoute = createRoute({ getParentRoute: inside, path: "/schedules", component: lazyRouteComponent(collect.schedules) });
const scheduleRoute = createRoute({ getParentRoute: inside, path: "/schedules/$id", component: lazyRouteComponent(collect.schedule), validateSearch: listSearch });
const sourcesRoute = createRoute({ getParentRoute: inside, path: "/sources", component: lazyRouteComponent(collect.sources) });
const sourceRoute = createRoute({ getParentRoute: inside, path: "/sources/$id", component: lazyRouteComponent(collect.source), validateSearch: texted("tab") });
const importRoute = createRoute({ getParentRoute: inside, path: "/imports/$id", component: lazyRouteComponent(collect.page) });
const qualityRoute = createRoute({ getParentRoute: inside, path: "/quality", component: lazyRouteComponent(analyze.quality), validateSearch: texted("tab", "dimension", "by", "rule", "field", "cause", "state", "import", "cursor") });
const staffRoute = createRoute({ getParentRoute: inside, path: "/settings/staff", component: lazyRouteComponent(settings.staff), validateSearch: texted("tab") });
const auditRoute = createRoute({ getParentRoute: inside, path: "/settings/audit", component: lazyRouteComponent(settings.audit), validateSearch: (search: Search) => ({ ...listSearch(search), ...texted("actor", "action", "from", "to", "text", "address", "subject")(search) }) });
const sessionsRoute = createRoute({ getParentRoute: inside, path: "/settings/sessions", component: lazyRouteComponent(settings.sessions) });
const accessRoute = createRoute({ getParentRoute: inside, path: "/settings/access", component: lazyRouteComponent(settings.access), validateSearch: texted("tab", "role") });
const fieldsRoute = createRoute({ getParentRoute: inside, path: "/settings/fields", component: lazyRouteComponent(settings.fields) });
const mailRoute = createRoute({ getParentRoute: inside, path: "/settings/mail", component: lazyRouteComponent(settings.mail), validateSearch: listSearch });
const backupsRoute = createRoute({ getParentRoute: inside, path: "/settings/backups", component: lazyRouteComponent(settings.backups) });
const privacyRoute = createRoute({ getParentRoute: inside, path: "/settings/privacy", component: lazyRouteComponent(privacy.privacy), validateSearch: texted("tab", "purpose", "channel", "said") });
const workspaceRoute = createRoute({ getParentRoute: inside, path: "/settings/workspace", component: lazyRouteComponent(settings.workspace) });

const nowhereRoute = createRoute({ getParentRoute: inside, path: "$", component: NotFound });

const routeTree = root.addChildren([
  signinRoute, setupRoute, inviteRoute, enterRoute, outsideRoute,
  shell.addChildren([todayRoute, customersRoute, newCustomerRoute, customerRoute, duplicatesRoute, groupsRoute, listRoute, identityRoute, segmentsRoute, newSegmentRoute, segmentRoute, metricsRoute, behindRoute, whyRoute, rfmRoute, cohortsRoute, behaviourRoute, reportsRoute, dashboardsRoute, likenessRoute, alertsRoute, alertRoute, newAlertRuleRoute, alertRuleRoute, importsRoute, newImportRoute, importRoute, exportsRoute, schedulesRoute, scheduleRoute, sourcesRoute, sourceRoute, qualityRoute, staffRoute, auditRoute, sessionsRoute, accessRoute, fieldsRoute, privacyRoute, mailRoute, backupsRoute, workspaceRoute, nowhereRoute]),
]);

export const router = createRouter({
  routeTree,
  parseSearch: readSearch,
  stringifySearch: writeSearch,
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

function NotFound(): ReactNode {
  const { t } = useTranslation("app");
  return (
    <div className="empty">
      <h1>{t("notFound")}</h1>
      <p className="meta">{t("notFoundHint")}</p>
      <p><Button size="md" onClick={() => window.history.back()}>{t("back")}</Button> <Link to="/"><Button look="fill" size="md">{t("home")}</Button></Link></p>
    </div>
  );
}
