import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { channels, listSaid, type Channel, type ConsentCell, type Purpose } from "../../api";
import { useLanguage } from "../../app/i18n";
import { Button, Chart, Empty, Failed, Meter, Opens, Section, Skeleton, useFormat } from "../../ui";
import { overviewQuery, purposesQuery, trendQuery } from "./queries";

const filterOf = (parts: Record<string, boolean>) => {
  const all = Object.entries(parts).map(([field, value]) => ({ field, op: "eq", value }));
  return all.length === 1 && all[0] ? all[0] : { all };
};

/** Who may be reached for what, on which channel; who said so lately; each number opens its customers. */
export function Overview() {
  const overview = useQuery(overviewQuery);
  const purposes = useQuery(purposesQuery(false));
  if (overview.isPending || purposes.isPending) return <Skeleton rows={8} />;
  if (overview.error || purposes.error || !overview.data) return <Failed error={overview.error ?? purposes.error} retry={() => void overview.refetch()} />;
  return (
    <>
      <Reach purposes={purposes.data?.items ?? []} cells={overview.data.cells} customers={overview.data.customers} has={overview.data.channels} />
      <Trend purposes={purposes.data?.items ?? []} />
      <Said purposes={purposes.data?.items ?? []} />
    </>
  );
}

function Reach({ purposes, cells, customers, has }: { purposes: Purpose[]; cells: ConsentCell[]; customers: number; has: Record<Channel, number> }) {
  const { t } = useTranslation("privacy");
  const language = useLanguage();
  const format = useFormat();
  return (
    <Section title={t("reach.title")} side={t("reach.of", { count: customers, n: format.count(customers) })}>
      <p className="meta">{t("reach.what")}</p>
      <div className="listwrap" tabIndex={0} role="region" aria-label={t("reach.title")}>
        <table className="list reachtable" aria-label={t("reach.title")}>
          <thead>
            <tr><th scope="col">{t("reach.purpose")}</th>{channels.map((each) => <th key={each} scope="col">{t(`channel.${each}`)} <Opens to="/customers" search={{ filter: filterOf({ [`reach.${each}`]: true }) }}>{format.count(has[each])}</Opens></th>)}</tr>
          </thead>
          <tbody>
            {purposes.map((purpose) => (
              <tr key={purpose.key}>
                <th scope="row"><b>{purpose.label[language]}</b><span className="meta">{t(`basis.${purpose.basis}`)}</span></th>
                {channels.map((channel) => <td key={channel}><Cell of={cells.find((each) => each.purpose === purpose.key && each.channel === channel)} purpose={purpose} customers={customers} /></td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Cell({ of, purpose, customers }: { of: ConsentCell | undefined; purpose: Purpose; customers: number }) {
  const { t } = useTranslation("privacy");
  const format = useFormat();
  if (!of) return <span className="dim">—</span>;
  const at = `${of.channel}.${of.purpose}`;
  if (purpose.basis === "consent" && of.yes + of.no === 0) return <span className="meta">{t("reach.nobody")}</span>;
  const share = customers ? of.reachable / customers : 0;
  const may = purpose.basis === "consent" ? { [`reach.${of.channel}`]: true, [`consent.${at}`]: true } : { [`reach.${of.channel}`]: true, [`refused.${at}`]: false };
  return (
    <div className="reachcell">
      <Opens to="/customers" search={{ filter: filterOf(may) }} title={t("reach.reachable", { n: format.count(of.reachable) })}><b>{format.share(share, 0)}</b> <span className="meta">{format.count(of.reachable)}</span></Opens>
      <Meter value={share} />
      <span className="meta">
        <Opens to="/customers" search={{ filter: filterOf({ [`consent.${at}`]: true }) }}>{t("reach.yes", { n: format.count(of.yes) })}</Opens>{" · "}
        <Opens to="/customers" search={{ filter: filterOf({ [`refused.${at}`]: true }) }}>{t("reach.no", { n: format.count(of.no) })}</Opens>
        {of.ask_again > 0 && <>{" · "}<Opens to="/customers" search={{ filter: filterOf({ [`ask_again.${at}`]: true }) }}><span className="warn">{t("reach.askAgain", { n: format.count(of.ask_again) })}</span></Opens></>}
      </span>
    </div>
  );
}

function Trend({ purposes }: { purposes: Purpose[] }) {
  const { t } = useTranslation("privacy");
  const language = useLanguage();
  const format = useFormat();
  const { data, error } = useQuery(trendQuery);
  const search = useSearch({ from: "/shell/settings/privacy" });
  const navigate = useNavigate();
  if (error || !data) return null;
  const starts = lastWeeks(data.items.map((each) => each.start));
  const chosen = data.items.filter((each) => !search.purpose || each.purpose === search.purpose);
  const sum = (start: string, key: "yes" | "no") => chosen.filter((each) => each.start === start).reduce((all, each) => all + each[key], 0);
  const rows = starts.map((start) => [start, sum(start, "yes"), sum(start, "no")]);
  const pick = (
    <select className="input inline" aria-label={t("reach.purpose")} value={search.purpose ?? ""} onChange={(event) => void navigate({ to: "/settings/privacy", search: event.target.value ? { purpose: event.target.value } : {} })}>
      <option value="">{t("trend.all")}</option>
      {purposes.map((each) => <option key={each.key} value={each.key}>{each.label[language]}</option>)}
    </select>
  );
  return (
    <Section title={t("trend.title")} side={pick}>
      {rows.length === 0 ? <Empty>{t("trend.none")}</Empty> : (
        <>
        <p className="meta trendkeys"><i className="yes" />{t("trend.yes")}<i />{t("trend.no")}</p>
        <Chart label={t("trend.title")} file="consents" height={180} table={{ heads: [t("trend.week"), t("trend.yes"), t("trend.no")], rows, say: (value) => format.count(value) }}
          option={(palette) => ({
            grid: { left: 40, right: 12, top: 24, bottom: 24 }, tooltip: { trigger: "axis" },
            xAxis: { type: "category", data: starts.map((each) => format.day(each)), axisLabel: { color: palette("ink-3") } }, yAxis: { type: "value", minInterval: 1, axisLabel: { color: palette("ink-3") }, splitLine: { lineStyle: { color: palette("line") } } },
            series: [{ type: "bar", name: t("trend.yes"), data: rows.map((row) => row[1]), itemStyle: { color: palette("c-1") } }, { type: "bar", name: t("trend.no"), data: rows.map((row) => row[2]), itemStyle: { color: palette("ink-3") } }],
          })} />
        </>
      )}
    </Section>
  );
}

/** The weeks of the answer and those between them, so that a quiet week shows as one. */
function lastWeeks(known: string[]): string[] {
  const first = known.toSorted()[0], last = known.toSorted().at(-1);
  const weeks: string[] = [];
  for (let at = first; at && last && at <= last;) {
    weeks.push(at);
    at = new Date(Date.parse(`${at}T00:00:00Z`) + 7 * 86_400_000).toISOString().slice(0, 10);
  }
  return weeks;
}

function Said({ purposes }: { purposes: Purpose[] }) {
  const { t, i18n } = useTranslation("privacy");
  const language = useLanguage();
  const format = useFormat();
  const search = useSearch({ from: "/shell/settings/privacy" });
  const navigate = useNavigate();
  const granted = search.said === "yes" ? "true" : search.said === "all" ? "" : "false";
  const said = useInfiniteQuery({
    queryKey: ["consents", "said", granted, search.purpose ?? ""], initialPageParam: "",
    queryFn: ({ pageParam }) => listSaid({ limit: 30, ...(granted ? { granted } : {}), ...(search.purpose ? { purpose: search.purpose } : {}), ...(pageParam ? { cursor: pageParam } : {}) }),
    getNextPageParam: (last) => last.next_cursor || undefined,
  });
  const rows = said.data?.pages.flatMap((page) => page.items) ?? [];
  const label = (key: string) => purposes.find((each) => each.key === key)?.label[language] ?? key;
  const pick = (
    <select className="input inline" aria-label={t("said.show")} value={search.said ?? "no"} onChange={(event) => void navigate({ to: "/settings/privacy", search: { ...(search.purpose ? { purpose: search.purpose } : {}), ...(event.target.value === "no" ? {} : { said: event.target.value }) } })}>
      {(["no", "yes", "all"] as const).map((each) => <option key={each} value={each}>{t(`said.${each}`)}</option>)}
    </select>
  );
  return (
    <Section title={t("said.title")} side={pick}>
      {said.isPending ? <Skeleton rows={4} /> : rows.length === 0 ? <Empty>{t("said.none")}</Empty> : (
        <div className="listwrap" tabIndex={0} role="region" aria-label={t("said.title")}>
          <table className="list" aria-label={t("said.title")}>
            <thead><tr><th scope="col">{t("said.customer")}</th><th scope="col">{t("said.what")}</th><th scope="col">{t("said.when")}</th><th scope="col" className="not-phone">{t("said.how")}</th></tr></thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <td><Link to="/customers/$id" params={{ id: row.customer.id }} search={{}}>{row.customer.name || row.customer.id}</Link></td>
                  <td>{t(row.granted ? "said.agreed" : "said.refused")} {label(row.purpose)} · {i18n.exists(`privacy:channel.${row.channel}`) ? t(`channel.${row.channel as Channel}`) : row.channel}</td>
                  <td title={format.exact(row.happened_at)}>{format.when(row.happened_at)}</td>
                  <td className="not-phone meta">{[i18n.exists(`privacy:source.${row.source ?? ""}`) ? t(`source.${row.source as "manual"}`) : row.source, row.notice ? t("said.notice", { n: row.notice }) : "", row.proof].filter(Boolean).join(" · ")}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {said.hasNextPage && <Button onClick={() => void said.fetchNextPage()} busy={said.isFetchingNextPage}>{t("more")}</Button>}
    </Section>
  );
}
