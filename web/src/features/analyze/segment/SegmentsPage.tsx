import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Segment } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Body, Bold, type Column, DataList, Opens, PageHead, useFormat } from "../../../ui";
import { segmentsQuery } from "../queries";
import "./segment.css";

/** Every segment: its sentence, how many are in it, and who came and went this week. */
export default function SegmentsPage() {
  const { t } = useTranslation("analyze");
  const can = useCan();
  const navigate = useNavigate();
  const answer = useQuery(segmentsQuery);
  const create = can("segments.write") && <Link to="/segments/new" className="btn md">{t("segment.create")}</Link>;
  return (
    <>
      <PageHead title={t("segment.title")} meta={answer.data && t("segment.total", { count: answer.data.items.length })}>{create}</PageHead>
      <Body className="segments">
        <DataList label={t("segment.title")} answer={answer} columns={useColumns()} rowKey={(row) => row.id} pageSize={500}
          onOpen={(row) => void navigate({ to: "/segments/$id", params: { id: row.id } })} empty={t("segment.empty")} emptyAction={create} />
      </Body>
    </>
  );
}

function useColumns(): Column<Segment>[] {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const format = useFormat();
  return [
    { key: "name", head: t("segment.column.name"), cell: (row) => <Link className="name opens" to="/segments/$id" params={{ id: row.id }} title={row.description}>{row.name}</Link> },
    { key: "sentence", head: t("segment.column.sentence"), hide: "phone", cell: (row) => <span className="sentence"><Bold text={row.sentence[language]} /></span> },
    { key: "count", head: t("segment.column.count"), num: true, cell: (row) => <Opens to="/customers" search={{ filter: { segment: row.id } }}>{format.count(row.count)}</Opens> },
    { key: "moves", head: t("segment.column.moves"), num: true, cell: (row) => <span className={row.moves.entered_7d + row.moves.left_7d ? undefined : "dim"} title={t("segment.movesHint")}>{row.moves.entered_7d + row.moves.left_7d ? `+${format.count(row.moves.entered_7d)} −${format.count(row.moves.left_7d)}` : "0"}</span> },
    { key: "owner", head: t("segment.column.owner"), hide: "narrow", cell: (row) => row.owner?.name ?? "—" },
    { key: "updated", head: t("segment.column.updated"), num: true, hide: "narrow", cell: (row) => <span title={format.exact(row.updated_at)}>{format.day(row.updated_at)}</span> },
  ];
}
