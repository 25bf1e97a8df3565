import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { listAlerts, type Alert, type AlertQuery, type AlertRule } from "../../../api";
import { useCan } from "../../../app/session";
import { Body, Button, Empty, Failed, PageHead, Sep, Skeleton, Spark, Tabs, Tag, useFormat } from "../../../ui";
import { alertRulesQuery } from "./queries";
import { Rules } from "./Rules";
import { useAlertWords } from "./useWords";
import "../analyze.css";
import "./alerts.css";

const tabs = ["open", "rules", "over"] as const;
const tones = { critical: "danger", warning: "warn", info: undefined } as const;

/** What rules have found, the most urgent first; the rules; what is over. */
export default function AlertsPage() {
  const { t } = useTranslation("alert");
  const can = useCan();
  const search = useSearch({ from: "/shell/alerts" });
  const navigate = useNavigate({ from: "/alerts" });
  const rules = useQuery(alertRulesQuery);
  const tab = tabs.find((each) => each === search.tab) ?? "open";
  const open = rules.data?.items.reduce((sum, each) => sum + each.open, 0);
  const overdue = rules.data?.items.reduce((sum, each) => sum + each.overdue, 0) ?? 0;
  return (
    <>
      <PageHead title={open === undefined ? t("title") : open === 0 ? t("allWell") : t("waiting", { count: open })} meta={overdue > 0 ? <span className="danger">{t("overdueCount", { count: overdue })}</span> : t("meta", { count: rules.data?.items.length ?? 0 })}>
        {can("metrics.write") && <Link to="/alerts/rules/new"><Button look="fill" size="md" icon="plus">{t("rule.new")}</Button></Link>}
      </PageHead>
      <div className="filters"><Tabs label={t("title")} value={tab} onChange={(to) => void navigate({ to: ".", search: to === "open" ? {} : { tab: to }, replace: true })} tabs={tabs.map((key) => ({ key, label: t(`tab.${key}`), count: key === "open" ? open : key === "rules" ? rules.data?.items.length : undefined }))} /></div>
      <Body className="alerts">
        {rules.error && !rules.data ? <Failed error={rules.error} retry={() => void rules.refetch()} /> : !rules.data ? <Skeleton rows={8} /> :
          tab === "rules" ? <Rules rules={rules.data.items} /> : <List tab={tab} rule={rules.data.items.find((each) => each.id === search.rule)} rules={rules.data.items} />}
      </Body>
    </>
  );
}

function List({ tab, rule, rules }: { tab: "open" | "over"; rule: AlertRule | undefined; rules: AlertRule[] }) {
  const { t } = useTranslation("alert");
  const query: AlertQuery = { state: tab === "open" ? "live" : "over", limit: 50, ...(rule ? { rule: rule.id } : tab === "open" ? { kind: "figures" as const } : {}) };
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["alerts", "list", query], initialPageParam: "", queryFn: ({ pageParam, signal }) => listAlerts({ ...query, cursor: pageParam || undefined }, signal), getNextPageParam: (last) => last.next_cursor,
  });
  const folded = tab === "open" && !rule ? rules.filter((each) => each.watches.kind === "customers" && each.open > 0) : [];
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton rows={8} />;
  const items = data.pages.flatMap((page) => page.items);
  return (
    <>
      {rule && <p className="causehead"><b>{rule.name}</b><Link className="link" to="/alerts" search={tab === "over" ? { tab } : {}}>{t("allRules")}</Link></p>}
      {items.length === 0 && folded.length === 0 ? (
        <Empty action={tab === "open" && rules.length === 0 ? <Link to="/alerts" search={{ tab: "rules" }}><Button size="md">{t("choosePreset")}</Button></Link> : undefined}>{t(tab === "over" ? "emptyOver" : rules.length ? "empty" : "emptyRules")}</Empty>
      ) : (
        <ul className="alertlist">
          {items.map((each) => <Row key={each.id} of={each} named={!rule} />)}
          {folded.map((each) => <Fold key={each.id} of={each} />)}
        </ul>
      )}
      {hasNextPage && <Button size="md" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("more")}</Button>}
    </>
  );
}

function Row({ of, named }: { of: Alert; named: boolean }) {
  const { t } = useTranslation("alert");
  const format = useFormat();
  const words = useAlertWords();
  const parts = of.evidence.parts?.[0];
  return (
    <li className={`sev-${of.severity}`}>
      <div className="what">
        <Link className="name" to="/alerts/$id" params={{ id: of.id }}>{of.customer ? of.customer.name || of.customer.id : words.title(of)}</Link>
        <p>{of.customer && named && <>{of.rule.name}<Sep /></>}{words.finding(of)}{parts && parts.share > 0.3 && <><Sep />{t("mostly", { label: parts.label, share: format.share(Math.min(parts.share, 1), 0) })}</>}</p>
        <span className="meta"><When of={of} /></span>
      </div>
      {of.evidence.series && <Spark values={of.evidence.series.slice(-30).map((each) => each.value)} />}
      <span className="stake">{of.at_stake && <b title={t("atStake")}>{format.money(of.at_stake)}</b>}{of.severity !== "info" && <Tag tone={tones[of.severity]}>{t(`severity.${of.severity}`)}</Tag>}</span>
    </li>
  );
}

/** In what state, whose, by when. */
export function When({ of }: { of: Alert }) {
  const { t } = useTranslation("alert");
  const format = useFormat();
  const over = of.state === "closed" || of.state === "expired";
  return (
    <>
      {over ? <>{t(`state.${of.state}`)}<Sep />{of.taken && <>{t(`taken.${of.taken as "called"}`)}<Sep /></>}{format.when(of.closed_at ?? of.back_at)}</> : (
        <>
          {t(`state.${of.state}`)}<Sep />
          <span className={of.overdue ? "danger" : undefined} title={format.exact(of.due_at)}>{t(of.overdue ? "wasDue" : "due", { at: format.when(of.due_at) })}</span>
          {of.escalations > 0 && <><Sep /><span className="danger">{t("escalatedTo", { name: of.escalated_to?.name ?? "" })}</span></>}
        </>
      )}
      <Sep />{of.acknowledged_by?.name ?? of.owner?.name ?? of.team?.name ?? t("nobody")}
      {of.back_at && !over && <><Sep />{t("backAt", { at: format.when(of.back_at) })}</>}
      {of.reopened > 0 && <><Sep />{t("reopened", { count: of.reopened })}</>}
    </>
  );
}

/** The alerts of one rule about customers. */
function Fold({ of }: { of: AlertRule }) {
  const { t } = useTranslation("alert");
  const format = useFormat();
  const words = useAlertWords();
  return (
    <li className={`sev-${of.severity}`}>
      <div className="what">
        <Link className="name" to="/alerts" search={{ rule: of.id }}>{of.name}</Link>
        <p>{t("folded", { count: of.open })}<Sep />{words.rule(of)}</p>
        <span className="meta">{of.overdue > 0 && <><span className="danger">{t("overdueCount", { count: of.overdue })}</span><Sep /></>}{of.oldest_at && t("oldest", { at: format.when(of.oldest_at) })}{(of.said.customers ?? 0) > 0 && <><Sep />{t("notListed", { n: format.count(of.said.customers) })}</>}</span>
      </div>
      <span className="stake">{of.at_stake && <b title={t("atStake")}>{format.money(of.at_stake)}</b>}{of.severity !== "info" && <Tag tone={tones[of.severity]}>{t(`severity.${of.severity}`)}</Tag>}</span>
    </li>
  );
}
