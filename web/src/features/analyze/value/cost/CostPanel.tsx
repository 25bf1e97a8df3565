import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { listCosts, readCostReturn, type Condition, type CostReturn, type Money, type ReturnRow } from "../../../../api";
import { Bold, Empty, Failed, Opens, Section, Skeleton, useFormat } from "../../../../ui";
import { PeriodPick } from "../../Picks";
import { daysOf, type PeriodName } from "../../metrics/period";
import { CostList } from "./CostList";
import "./cost.css";

const bys = ["channel", "campaign"] as const;

export const costsQuery = queryOptions({ queryKey: ["costs", "list"], queryFn: ({ signal }) => listCosts(signal) });
const returnQuery = (of: { from: string; to: string; by: "channel" | "campaign" }) => queryOptions({ queryKey: ["costs", "return", of], queryFn: ({ signal }) => readCostReturn(of, signal), placeholderData: keepPreviousData });

/** What was spent, and what it brought: winning beside keeping, by channel and campaign, and who is profitable. */
export function CostPanel() {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const today = format.today();
  const [named, setNamed] = useState<PeriodName | undefined>("last90");
  const [days, setDays] = useState(() => daysOf("last90", today));
  const [by, setBy] = useState<(typeof bys)[number]>("channel");
  const answer = useQuery(returnQuery({ ...days, by }));
  const costs = useQuery(costsQuery);
  const error = answer.error ?? costs.error;
  if (error && (!answer.data || !costs.data)) return <Failed error={error} retry={() => { void answer.refetch(); void costs.refetch(); }} />;
  if (!answer.data || !costs.data) return <Skeleton rows={10} />;
  const of = answer.data;
  const pick = <PeriodPick days={days} named={named} onNamed={(name) => { setNamed(name); setDays(daysOf(name, today)); }} onDays={(from, to) => { setNamed(undefined); setDays({ from, to }); }} />;
  return (
    <div className={answer.isPlaceholderData ? "costs old" : "costs"}>
      {costs.data.items.length > 0 && (
        <>
          <Section title={t("cost.brought")} side={<span className="row"><span className="seg" role="group" aria-label={t("cost.by.label")}>{bys.map((each) => <button key={each} type="button" aria-pressed={each === by} onClick={() => setBy(each)}>{t(`cost.by.${each}`)}</button>)}</span>{pick}</span>}>
            <Summary of={of} />
            {of.items.length === 0 ? <Empty>{t("cost.nothing")}</Empty> : <Returns of={of} by={by} />}
            <p className="meta">{t(of.margin === null ? "cost.meta" : "cost.metaMargin", { share: of.margin === null ? "" : format.share(of.margin, 0) })}{of.foreign > 0 && ` ${t("cost.foreign", { n: of.foreign })}`}</p>
          </Section>
          <div className="twocol">
            <Keeping of={of} />
            {of.profit && <Profits of={of.profit} />}
          </div>
        </>
      )}
      <CostList costs={costs.data.items} channels={of.channels} />
    </div>
  );
}

function Summary({ of }: { of: CostReturn }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const { whole } = of;
  if (!whole.cac || whole.ratio === null) return <p className="lead"><Bold text={t(whole.cost.amount ? "cost.wonNobody" : "cost.spentNothing", { cost: format.money(whole.cost), won: format.count(whole.won) })} /></p>;
  const back = whole.payback_months === null ? t("cost.notBack") : t("cost.back", { count: whole.payback_months });
  return <p className="lead"><Bold text={t("cost.said", { cost: format.money(whole.cost), won: format.count(whole.won), cac: format.money(whole.cac), clv: format.money(whole.clv), ratio: format.decimal(whole.ratio, 1), back })} /></p>;
}

/** Who came by a channel in the period. */
const wonBy = (row: ReturnRow, of: CostReturn): Condition => ({ all: [
  row.channel ? { field: "acquisition.channel", op: "eq", value: row.channel } : { field: "acquisition.channel", op: "is_not_set" },
  ...(row.campaign ? [{ field: "acquisition.campaign", op: "eq" as const, value: row.campaign }] : []),
  { field: "orders.first_at", op: "between", value: [of.from, of.to] },
] });

function Returns({ of, by }: { of: CostReturn; by: "channel" | "campaign" }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  return (
    <div className="listwrap" tabIndex={0} role="region" aria-label={t("cost.table")}>
      <table className="list returns">
        <thead><tr>
          <th scope="col">{t(`cost.by.${by}`)}</th><th scope="col" className="num">{t("cost.spent")}</th><th scope="col" className="num">{t("cost.won")}</th><th scope="col" className="num">{t("cost.cac")}</th>
          <th scope="col" className="num" title={t("cost.clvDef")}>{t("cost.clv")}</th><th scope="col" className="num">{t("cost.ratio")}</th><th scope="col" className="num">{t("cost.payback")}</th>
        </tr></thead>
        <tbody>
          {of.items.map((row) => (
            <tr key={`${row.channel} ${row.campaign ?? ""}`}>
              <td className="name">{row.channel || <span className="dim">{t("cost.noChannel")}</span>}{row.campaign && <span className="meta block">{row.campaign}</span>}</td>
              <td className="num">{row.cost.amount ? format.money(row.cost) : <span className="dim">—</span>}</td>
              <td className="num">{row.won ? <Opens to="/customers" search={{ filter: wonBy(row, of), sort: "-value.to_date" }}>{format.count(row.won)}</Opens> : "0"}</td>
              <td className="num">{row.cac ? format.money(row.cac) : <span className="dim">—</span>}</td>
              <td className="num">{row.clv ? format.money(row.clv) : <span className="dim">—</span>}</td>
              <td className="num"><Ratio of={row.ratio} /></td>
              <td className="num">{row.payback_months === null ? <span className="dim">{row.cac ? t("cost.notYet") : "—"}</span> : t("cost.months", { count: row.payback_months })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Below one a channel loses money; below three it earns too little to be increased. */
function Ratio({ of }: { of: number | null }) {
  const format = useFormat();
  if (of === null) return <span className="dim">—</span>;
  return <span className={of < 1 ? "danger" : of < 3 ? "warntext" : undefined}>{format.decimal(of, 1)}</span>;
}

function Keeping({ of }: { of: CostReturn }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const { keeping, whole } = of;
  const times = keeping.per_customer?.amount && whole.cac ? whole.cac.amount / keeping.per_customer.amount : null;
  return (
    <Section title={t("cost.keeping.title")}>
      <p className="lead"><Bold text={times === null ? t("cost.keeping.unknown") : t(times >= 1 ? "cost.keeping.said" : "cost.keeping.dearer", { keep: format.money(keeping.per_customer), win: format.money(whole.cac), times: format.decimal(times >= 1 ? times : 1 / times, 1) })} /></p>
      <Rows rows={[[t("cost.keeping.win"), whole.cac], [t("cost.keeping.keep"), keeping.per_customer], [t("cost.keeping.retention"), keeping.retention], [t("cost.keeping.service"), keeping.service]]} />
      <p className="meta">{t("cost.keeping.meta", { n: format.count(keeping.kept) })}</p>
    </Section>
  );
}

function Profits({ of }: { of: NonNullable<CostReturn["profit"]> }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const minus = (value: Money): Money => ({ ...value, amount: -value.amount });
  return (
    <Section title={t("cost.profit.title")}>
      <p className="lead"><Bold text={t("cost.profit.said", { profitable: format.count(of.profitable), customers: format.count(of.customers) })} /></p>
      <Rows rows={[[t("cost.profit.revenue"), of.revenue], [t("cost.profit.products"), minus(of.product_cost)], [t("cost.profit.acquisition"), minus(of.acquisition)], [t("cost.profit.retention"), minus(of.retention)], [t("cost.profit.service"), minus(of.service)], [t("cost.profit.left"), of.profit]]} />
      <p className="meta">
        {t("cost.profit.known", { share: format.share(of.known_share, 0) })}{" "}
        <Link className="opens" to="/customers" search={{ filter: { field: "value.profit", op: "gt", value: 0 }, sort: "-value.to_date" }}>{t("cost.profit.open")}</Link>{" · "}
        <Link className="opens" to="/customers" search={{ filter: { field: "value.profit", op: "lte", value: 0 }, sort: "-value.to_date" }}>{t("cost.profit.openLoss")}</Link>
      </p>
    </Section>
  );
}

function Rows({ rows }: { rows: [string, Money | null][] }) {
  const format = useFormat();
  return <table className="list sums"><tbody>{rows.map(([label, value]) => <tr key={label}><th scope="row">{label}</th><td className="num">{value ? format.money(value) : <span className="dim">—</span>}</td></tr>)}</tbody></table>;
}
