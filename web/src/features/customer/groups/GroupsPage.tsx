import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { removeList, restoreList, type GroupNode } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { ActionMenu, Body, Bold, Button, type Choice, type Column, DataList, Icon, Opens, PageHead, useFormat, useToast } from "../../../ui";
import { ListDialog } from "./ListDialog";
import { PlaceDialog } from "./PlaceDialog";
import { PlanDialog } from "./PlanDialog";
import { groupsQuery } from "./queries";
import { flatten, type Placed } from "./tree";
import "./groups.css";

type Open = { what: "new" | "edit" | "place" | "plan"; of: GroupNode | null } | null;

/** Every list and segment as a tree, with how many are in it and to whom they belong. */
export default function GroupsPage() {
  const { t } = useTranslation("group");
  const may = useCan()("segments.write");
  const navigate = useNavigate();
  const answer = useQuery(groupsQuery);
  const [open, setOpen] = useState<Open>(null);
  const rows = flatten(answer.data?.items ?? []);
  const go = (row: GroupNode) => void navigate(row.type === "list" ? { to: "/groups/$id", params: { id: row.id } } : { to: "/segments/$id", params: { id: row.id } });
  const create = may && <Button look="fill" size="md" onClick={() => setOpen({ what: "new", of: null })}>{t("page.create")}</Button>;
  const close = () => setOpen(null);
  return (
    <>
      <PageHead title={t("page.title")} meta={answer.data && t("page.count", { count: rows.length })}>{create}</PageHead>
      <Body className="groups">
        <DataList label={t("page.title")} answer={{ ...answer, data: answer.data && { items: rows } }} columns={useColumns(setOpen)} rowKey={(row) => `${row.type} ${row.id}`}
          pageSize={500} onOpen={go} empty={t("page.empty")} emptyAction={create} />
      </Body>
      {open?.what === "new" && <ListDialog parent={open.of?.id} onClose={close} />}
      {open?.what === "edit" && open.of && <ListDialog of={open.of} onClose={close} />}
      {open?.what === "place" && open.of && <PlaceDialog of={open.of} all={answer.data?.items ?? []} onClose={close} />}
      {open?.what === "plan" && open.of && <PlanDialog of={open.of} onClose={close} />}
    </>
  );
}

function useColumns(open: (to: Open) => void): Column<Placed>[] {
  const { t } = useTranslation("group");
  const language = useLanguage();
  const format = useFormat();
  return [
    { key: "name", head: t("column.name"), cell: (row) => (
      <span className="tree" style={{ paddingLeft: row.depth * 20 }}>
        <Icon name={row.type === "list" ? "table" : "lead"} small />
        {row.type === "list" ? <Link className="name opens cut" to="/groups/$id" params={{ id: row.id }} title={row.description}>{row.name}</Link> : <Link className="name opens cut" to="/segments/$id" params={{ id: row.id }} title={row.description}>{row.name}</Link>}
      </span>
    ) },
    { key: "what", head: t("column.what"), hide: "phone", cell: (row) => row.sentence ? <span className="meta"><Bold text={row.sentence[language]} /></span> : <span className="meta">{t("what.list", { number: format.count(row.picked), count: row.picked })}</span> },
    { key: "count", head: t("column.count"), num: true, cell: (row) => <Opens to="/customers" search={{ filter: row.type === "list" ? { list: row.id } : { segment: row.id } }}>{format.count(row.count)}</Opens> },
    { key: "whose", head: t("column.whose"), hide: "phone", cell: (row) => row.team || row.owner ? [row.team?.name, row.owner?.name].filter(Boolean).join(" · ") : <span className="dim">{"—"}</span> },
    { key: "used", head: t("column.used"), hide: "narrow", cell: (row) => row.used_by.length ? <span className="cut" title={row.used_by.join(", ")}>{row.used_by.join(", ")}</span> : <span className="dim">{"—"}</span> },
    { key: "updated", head: t("column.updated"), num: true, hide: "narrow", cell: (row) => <span title={format.exact(row.updated_at)}>{format.day(row.updated_at)}</span> },
    { key: "acts", head: <span className="sr">{t("column.acts")}</span>, width: 44, cell: (row) => <Acts of={row} open={open} /> },
  ];
}

function Acts({ of, open }: { of: GroupNode; open: (to: Open) => void }) {
  const { t } = useTranslation("group");
  const may = useCan()("segments.write");
  const remove = useRemoveList();
  const items: (Choice | "line")[] = [{ key: "plan", label: t("act.plan"), icon: "note", onSelect: () => open({ what: "plan", of }) }];
  if (may) {
    items.push({ key: "place", label: t("act.place"), icon: "give", onSelect: () => open({ what: "place", of }) });
    if (of.type === "list") {
      items.push({ key: "below", label: t("act.below"), icon: "plus", onSelect: () => open({ what: "new", of }) }, { key: "edit", label: t("act.edit"), icon: "edit", onSelect: () => open({ what: "edit", of }) });
      items.push("line", { key: "remove", label: t("act.remove"), danger: true, onSelect: () => remove.mutate(of) });
    }
  }
  return <ActionMenu items={items}><Button look="bare" icon="more" aria-label={t("act.of", { name: of.name })} /></ActionMenu>;
}

/** Deletes a list, which can be taken back with who was in it. */
export function useRemoveList(then?: () => void) {
  const { t } = useTranslation("group");
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const renew = () => client.invalidateQueries({ queryKey: groupsQuery.queryKey });
  return useMutation({
    mutationFn: (of: GroupNode) => removeList(of.id, of.version),
    onSuccess: (_, of) => { void renew(); say({ text: t("removed", { name: of.name }), undo: async () => { await restoreList(of.id); await renew(); } }); then?.(); },
    onError: sayFault,
  });
}
