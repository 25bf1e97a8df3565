import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Condition, Customer } from "../../api";
import { useCan } from "../../app/session";
import { Body, Button, type Column, DataList, PageHead, Rhythm, Tag, useFormat } from "../../ui";
import { ExportButton } from "../collect";
import { FilterBar } from "./FilterBar";
import { BulkBar } from "./groups/BulkBar";
import { useSelection } from "./groups/useSelection";
import { listQuery, PAGE } from "./queries";
import "./customer.css";

const everybody: Condition = { all: [] };

/** Every customer the reader may see, filtered and sorted by the address. */
export default function ListPage() {
  const { t } = useTranslation("customer");
  const format = useFormat();
  const can = useCan();
  const search = useSearch({ from: "/shell/customers" });
  const navigate = useNavigate({ from: "/customers" });
  const filter = search.filter as Condition | undefined;
  const answer = useQuery(listQuery({ limit: PAGE, sort: search.sort, cursor: search.after?.at(-1), filter: filter && JSON.stringify(filter), total: true }));
  const setFilter = (to: Condition | undefined) => void navigate({ to: ".", search: (now) => ({ ...now, filter: to, after: undefined }) });
  const total = answer.data?.total ?? 0;
  const selection = useSelection(filter ?? everybody, total);
  const open = (row: Customer) => void navigate({ to: "/customers/$id", params: { id: row.id } });
  return (
    <>
      <PageHead title={t("list.title")} meta={answer.data?.total != null && t("list.count", { count: format.count(answer.data.total) as unknown as number })}>
        <ExportButton filter={filter && JSON.stringify(filter)} count={answer.data?.total ?? undefined} kinds={["customers", "orders", "order_lines", "activities"]} />
        {can("customers.write") && <Link to="/customers/new" className="btn md">{t("list.create")}</Link>}
      </PageHead>
      <Body className="customers">
        <FilterBar filter={filter} onChange={setFilter} />
        <BulkBar of={selection} total={total} />
        <DataList
          picking={can("customers.write") || can("segments.write") ? selection : undefined} nameOf={(row) => row.name || row.id}
          label={t("list.title")} answer={answer} columns={useColumns()} rowKey={(row) => row.id} onOpen={open} pageSize={PAGE}
          sort={search.sort} onSort={(sort) => void navigate({ to: ".", search: (now) => ({ ...now, sort, after: undefined }) })}
          trail={search.after ?? []} onTrail={(trail) => void navigate({ to: ".", search: (now) => ({ ...now, after: trail.length ? trail : undefined }) })}
          empty={filter ? t("list.emptyFiltered") : t("list.empty")} emptyAction={filter && <Button onClick={() => setFilter(undefined)}>{t("list.clearFilters")}</Button>}
        />
      </Body>
    </>
  );
}

function useColumns(): Column<Customer>[] {
  const { t } = useTranslation("customer");
  const format = useFormat();
  return [
    { key: "name", head: t("field.name"), sort: "name", cell: (row) => <><Link className="name opens" to="/customers/$id" params={{ id: row.id }}>{row.name || t("noName", { id: row.external_id ?? row.id })}</Link>{row.company && row.company !== row.name && <span className="meta"> {row.company}</span>}</> },
    { key: "tags", head: t("field.tags"), hide: "narrow", cell: (row) => <span className="row">{row.tags.slice(0, 2).map((tag) => <Tag key={tag}>{tag}</Tag>)}{row.tags.length > 2 && <span className="meta" title={row.tags.join(", ")}>+{row.tags.length - 2}</span>}</span> },
    { key: "city", head: t("field.city"), hide: "phone", sort: "city", cell: (row) => row.city || row.province || row.country || "—" },
    { key: "phone", head: t("field.phone"), hide: "phone", cell: (row) => row.phone || "—" },
    { key: "last", head: t("list.lastOrder"), num: true, sort: "orders.last_at", cell: (row) => <span title={format.exact(row.orders?.last_at)}>{format.when(row.orders?.last_at)}</span> },
    { key: "orders", head: t("list.orders"), num: true, sort: "orders.count", hide: "phone", cell: (row) => format.count(row.orders?.count) },
    { key: "total", head: t("list.total"), num: true, sort: "orders.total", cell: (row) => <span title={format.moneyExact(row.orders?.total)}>{format.money(row.orders?.total, "whole")}</span> },
    { key: "predicted", head: t("list.predicted"), num: true, sort: "value.predicted", hide: "narrow", cell: (row) => format.money(row.value?.predicted, "whole") },
    { key: "rhythm", head: t("list.rhythm"), hide: "phone", width: 104, sort: "rhythm.overdue_days", cell: (row) => <ListRhythm of={row} /> },
    { key: "owner", head: t("field.owner"), hide: "narrow", cell: (row) => row.owner?.name ?? <span className="dim">{"—"}</span> },
  ];
}

function ListRhythm({ of }: { of: Customer }) {
  const orders = of.rhythm?.orders;
  if (!of.rhythm || !orders?.length) return <span className="dim">{"—"}</span>;
  return <Rhythm of={{ orders, cycle_days: of.rhythm.cycle_days, due_day: of.rhythm.due_day, silent_days: of.rhythm.silent_days }} width={96} height={24} />;
}
