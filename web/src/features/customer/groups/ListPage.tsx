import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { GroupNode, SegmentMember } from "../../../api";
import { useCan } from "../../../app/session";
import { ActionMenu, Body, Button, type Column, DataList, Failed, Opens, PageHead, Section, Skeleton, Tag, useFormat } from "../../../ui";
import { BulkBar } from "./BulkBar";
import { useRemoveList } from "./GroupsPage";
import { ListDialog } from "./ListDialog";
import { PlaceDialog } from "./PlaceDialog";
import { PlanDialog } from "./PlanDialog";
import { groupsQuery, membersQuery, plansQuery } from "./queries";
import { useSelection } from "./useSelection";
import "./groups.css";

const PAGE = 50;

/** One list: who is in it, what stands below it, to whom it belongs and the plan it is worked with. */
export default function ListPage() {
  const { id } = useParams({ from: "/shell/groups/$id" });
  const { t } = useTranslation("group");
  const groups = useQuery(groupsQuery);
  const of = groups.data?.items.find((each) => each.type === "list" && each.id === id);
  if (groups.error) return <Failed error={groups.error} retry={() => void groups.refetch()} />;
  if (!groups.data) return <Skeleton rows={10} />;
  if (!of) return <div className="empty"><p>{t("list.gone")}</p><Link to="/groups">{t("page.title")}</Link></div>;
  return <OneList key={id} of={of} all={groups.data.items} />;
}

function OneList({ of, all }: { of: GroupNode; all: readonly GroupNode[] }) {
  const { t } = useTranslation("group");
  const may = useCan()("segments.write");
  const format = useFormat();
  const navigate = useNavigate({ from: "/groups/$id" });
  const search = useSearch({ from: "/shell/groups/$id" });
  const [open, setOpen] = useState<"edit" | "place" | "plan" | null>(null);
  const remove = useRemoveList(() => void navigate({ to: "/groups" }));
  const answer = useQuery(membersQuery(of.id, { limit: PAGE, cursor: search.after?.at(-1), sort: search.sort }));
  const selection = useSelection({ list: of.id }, answer.data?.total ?? 0);
  const close = () => setOpen(null);
  return (
    <>
      <PageHead title={of.name} meta={t("list.count", { count: of.count, number: format.count(of.count) })}>
        <Link to="/customers" search={{ filter: { list: of.id } }} className="btn md">{t("list.asCustomers")}</Link>
        {may && (
          <ActionMenu items={[{ key: "edit", label: t("act.edit"), icon: "edit", onSelect: () => setOpen("edit") }, { key: "place", label: t("act.place"), icon: "give", onSelect: () => setOpen("place") }, "line", { key: "remove", label: t("act.remove"), danger: true, onSelect: () => remove.mutate(of) }]}>
            <Button size="md" icon="more" aria-label={t("act.of", { name: of.name })} />
          </ActionMenu>
        )}
      </PageHead>
      <Body className="groups">
        <div className="listpage">
          <div>
            <BulkBar of={selection} total={answer.data?.total ?? 0} list={{ id: of.id, picked: of.picked > 0 }} />
            <DataList label={t("list.members")} answer={answer} columns={useColumns()} rowKey={(row) => row.id} pageSize={PAGE} picking={selection} nameOf={(row) => row.name}
              sort={search.sort} onSort={(sort) => void navigate({ to: ".", search: (now) => ({ ...now, sort, after: undefined }) })}
              trail={search.after ?? []} onTrail={(trail) => void navigate({ to: ".", search: (now) => ({ ...now, after: trail.length ? trail : undefined }) })}
              onOpen={(row) => void navigate({ to: "/customers/$id", params: { id: row.id } })}
              empty={t("list.empty")} emptyAction={<Link to="/customers" className="btn">{t("list.fill")}</Link>} />
          </div>
          <Side of={of} all={all} open={setOpen} />
        </div>
      </Body>
      {open === "edit" && <ListDialog of={of} onClose={close} />}
      {open === "place" && <PlaceDialog of={of} all={all} onClose={close} />}
      {open === "plan" && <PlanDialog of={of} onClose={close} />}
    </>
  );
}

function Side({ of, all, open }: { of: GroupNode; all: readonly GroupNode[]; open: (what: "place" | "plan") => void }) {
  const { t } = useTranslation("group");
  const may = useCan()("segments.write");
  const format = useFormat();
  const plan = useQuery(plansQuery("list", of.id)).data?.items[0];
  const below = all.filter((each) => each.parent_id === of.id);
  const parent = all.find((each) => each.type === "list" && each.id === of.parent_id);
  return (
    <aside>
      {of.description && <Section title={t("edit.description")}><p className="plan">{of.description}</p></Section>}
      <Section title={t("place.whose")} side={may && <Button look="link" className="meta" onClick={() => open("place")}>{t("list.change")}</Button>}>
        <p>{of.team || of.owner ? [of.team?.name, of.owner?.name].filter(Boolean).join(" · ") : <span className="dim">{t("place.nobody")}</span>}</p>
        {parent && <p className="meta">{t("list.under")} <Link to="/groups/$id" params={{ id: parent.id }}>{parent.name}</Link></p>}
      </Section>
      {below.length > 0 && (
        <Section title={t("list.below")}>
          <ul className="lines">{below.map((each) => <li key={`${each.type} ${each.id}`}>{each.type === "list" ? <Link className="opens cut" to="/groups/$id" params={{ id: each.id }}>{each.name}</Link> : <Link className="opens cut" to="/segments/$id" params={{ id: each.id }}>{each.name}</Link>}<span className="end"><Opens to="/customers" search={{ filter: each.type === "list" ? { list: each.id } : { segment: each.id } }}>{format.count(each.count)}</Opens></span></li>)}</ul>
          <p className="meta">{t("list.picked", { number: format.count(of.picked), count: of.picked })}</p>
        </Section>
      )}
      <Section title={t("plan.label")} side={<Button look="link" className="meta" onClick={() => open("plan")}>{t(plan ? "list.open" : may ? "list.write" : "list.open")}</Button>}>
        {plan?.content ? <p className="plan">{plan.content}</p> : <p className="dim">{t("plan.none")}</p>}
      </Section>
    </aside>
  );
}

function useColumns(): Column<SegmentMember>[] {
  const { t } = useTranslation("customer");
  const format = useFormat();
  return [
    { key: "name", head: t("field.name"), sort: "name", cell: (row) => <Link className="name opens" to="/customers/$id" params={{ id: row.id }}>{row.name || t("noName", { id: row.id })}</Link> },
    { key: "tags", head: t("field.tags"), hide: "narrow", cell: (row) => <span className="row">{row.tags.slice(0, 2).map((tag) => <Tag key={tag}>{tag}</Tag>)}</span> },
    { key: "city", head: t("field.city"), hide: "phone", sort: "city", cell: (row) => row.city || row.province || "—" },
    { key: "last", head: t("list.lastOrder"), num: true, sort: "orders.last_at", cell: (row) => row.last_order_day ? format.day(row.last_order_day) : "—" },
    { key: "orders", head: t("list.orders"), num: true, sort: "orders.count", hide: "phone", cell: (row) => format.count(row.orders) },
    { key: "total", head: t("list.total"), num: true, sort: "orders.total", cell: (row) => format.money(row.total, "whole") },
  ];
}
