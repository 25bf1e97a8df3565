import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { address, type Behind, type MetricUnit } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Body, type Column, DataList, Icon, PageHead, Sep, useFormat } from "../../../ui";
import { behindQuery, metricQuery } from "../queries";
import { useSay } from "../useSay";
import { amountOf, useFigure } from "./useFigure";

const PAGE = 50;

/** The orders, customers or follow-ups a number is made of. */
export default function BehindPage() {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const format = useFormat();
  const figure = useFigure();
  const can = useCan();
  const navigate = useNavigate();
  const { name } = useParams({ from: "/shell/metrics/$name/behind" });
  const search = useSearch({ from: "/shell/metrics/$name/behind" });
  const { after, part } = search;
  const rest = { from: search.from, to: search.to, segment: search.segment, split: search.split, split_value: search.split_value, in: search.in };
  const metric = useQuery(metricQuery(name, { from: rest.from, to: rest.to, segment: rest.segment }));
  const of = { ...rest, part: part === "denominator" ? "denominator" as const : undefined };
  const answer = useQuery(behindQuery(name, { ...of, cursor: after?.at(-1), limit: PAGE }));
  const unit = metric.data?.unit ?? "count";
  const label = (metric.data as { label?: Record<string, string> } | undefined)?.label?.[language] ?? "";
  const total = answer.data?.total;
  const sum = amountOf(answer.data?.sum);
  const quotient = metric.data?.denominator !== undefined;
  const period = metric.data && (metric.data.from === metric.data.to ? format.fullDay(metric.data.from) : t("metrics.period.range", { from: format.fullDay(metric.data.from), to: format.fullDay(metric.data.to) }));
  return (
    <>
      <PageHead title={t("behindPage.title", { name: label })} meta={<>{period}{rest.split && <><Sep />{t(`metrics.split.${rest.split as "shop"}`)}</>}{total != null && <><Sep />{sum !== null && !quotient ? t("behindPage.total", { count: total, sum: figure.value(unit, sum) }) : t("behindPage.totalPlain", { count: total })}</>}</>}>
        {quotient && <div className="seg" role="group" aria-label={t("behindPage.part")}>{(["numerator", "denominator"] as const).map((each) => <button key={each} type="button" aria-pressed={(part ?? "numerator") === each} onClick={() => void navigate({ to: ".", search: ((now: object) => ({ ...now, part: each, after: undefined })) as never, replace: true })}>{t(`behindPage.${each}`)}</button>)}</div>}
        <Link className="btn md" to="/metrics" search={{ metric: name, from: rest.from, to: rest.to, segment: rest.segment }}>{t("behindPage.back")}</Link>
        {can("export") && <a className="btn md bare hide-phone" href={address(`/metrics/${name}/behind.csv`, of)} download><Icon name="download" small />{t("behindPage.csv")}</a>}
      </PageHead>
      <Body>
        <DataList label={t("behindPage.title", { name: label })} answer={answer} columns={useColumns(quotient ? null : unit)} rowKey={(row) => `${row.type} ${row.id}`} pageSize={PAGE} trail={after ?? []}
          onTrail={(trail) => void navigate({ to: ".", search: ((now: object) => ({ ...now, after: trail.length ? trail : undefined })) as never })}
          onOpen={(row) => { if (row.customer) void navigate({ to: "/customers/$id", params: { id: row.customer.id } }); }} empty={t("behindPage.empty")} />
      </Body>
    </>
  );
}

/** Figures of a quotient's half are counts or amounts of their own, so they are told by their shape. */
function useColumns(unit: MetricUnit | null): Column<Behind>[] {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const figure = useFigure();
  const say = useSay();
  const figureOf = ({ figure: of }: Behind) => (of !== null && typeof of === "object" ? format.money(of, "full") : figure.value(unit ?? "ratio", of));
  return [
    { key: "customer", head: t("behindPage.column.customer"), cell: (row) => (row.customer ? <Link className="name opens" to="/customers/$id" params={{ id: row.customer.id }}>{row.customer.name || t("members.noName")}</Link> : <span className="dim">{t("behindPage.nobody")}</span>) },
    { key: "record", head: t("behindPage.column.record"), hide: "phone", cell: (row) => (row.type === "order" ? <>{row.number}{row.kind === "refund" && <span className="meta"> {t("behindPage.refund")}</span>}</> : row.type === "activity" ? t("behindPage.follow") : "—") },
    { key: "shop", head: t("behindPage.column.shop"), hide: "narrow", cell: (row) => row.shop || "—" },
    { key: "status", head: t("behindPage.column.status"), hide: "narrow", cell: (row) => (row.status ? say.choice({ name: "status" }, row.status) : "—") },
    { key: "day", head: t("behindPage.column.day"), num: true, cell: (row) => (row.day ? <span title={format.fullDay(row.day)}>{format.day(row.day)}</span> : "—") },
    { key: "figure", head: t("behindPage.column.figure"), num: true, cell: figureOf },
  ];
}
