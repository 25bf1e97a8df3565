import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Import } from "../../api";
import { useCan } from "../../app/session";
import { DataList, PageHead, Section, Tag, useFormat, type Column } from "../../ui";
import { importsQuery, sourcesQuery } from "./queries";
import "./collect.css";

/** Every file that was brought in, the newest first, and how fresh each source is. */
export default function ImportsPage() {
  const { t } = useTranslation("collect");
  const can = useCan();
  const { after } = useSearch({ from: "/shell/imports" });
  const navigate = useNavigate({ from: "/imports" });
  const answer = useQuery(importsQuery(after?.at(-1)));
  return (
    <>
      <PageHead title={t("list.title")}>{can("imports.write") && <Link to="/imports/new" className="btn md fill">{t("list.create")}</Link>}</PageHead>
      <div className="body">
        <DataList label={t("list.title")} answer={answer} columns={useColumns()} rowKey={(row) => row.id} trail={after ?? []}
          onTrail={(trail) => void navigate({ search: { after: trail.length ? trail : undefined } })}
          onOpen={(row) => void navigate({ to: "/imports/$id", params: { id: row.id } })}
          empty={t("list.empty")} emptyAction={can("imports.write") && <Link to="/imports/new" className="btn">{t("list.create")}</Link>} />
        <Sources />
      </div>
    </>
  );
}

function useColumns(): Column<Import>[] {
  const { t } = useTranslation("collect");
  const format = useFormat();
  return [
    { key: "file", head: t("list.file"), cell: (row) => <><Link className="name opens" to="/imports/$id" params={{ id: row.id }}>{row.file_name}</Link>{row.dry_run && <> <Tag>{t("list.trial")}</Tag></>}</> },
    { key: "kind", head: t("list.kind"), hide: "phone", cell: (row) => t(`kind.${row.kind}`) },
    { key: "state", head: t("list.state"), cell: (row) => <StateOf of={row} /> },
    { key: "total", head: t("list.rows"), num: true, cell: (row) => format.count(row.total) },
    { key: "created", head: t("list.created"), num: true, hide: "phone", cell: (row) => format.count(row.created) },
    { key: "updated", head: t("list.updated"), num: true, hide: "narrow", cell: (row) => format.count(row.updated) },
    { key: "rejected", head: t("list.rejected"), num: true, hide: "phone", cell: (row) => format.count(row.rejected) },
    { key: "by", head: t("list.by"), hide: "narrow", cell: (row) => row.staff?.name ?? <span className="dim">{"—"}</span> },
    { key: "at", head: t("list.at"), num: true, hide: "phone", cell: (row) => <span title={format.exact(row.created_at)}>{format.when(row.created_at)}</span> },
  ];
}

function StateOf({ of }: { of: Import }) {
  const { t } = useTranslation("collect");
  const format = useFormat();
  if (of.state === "running") return <span>{t("state.running")} <span className="meta">{format.share(of.total ? of.processed / of.total : 0, 0)}</span></span>;
  return of.state === "failed" ? <Tag tone="danger">{t("state.failed")}</Tag> : <span className="mid">{t(`state.${of.state}`)}</span>;
}

function Sources() {
  const { t } = useTranslation("collect");
  const format = useFormat();
  const can = useCan();
  const { data } = useQuery({ ...sourcesQuery, enabled: can("sources.read") });
  if (!data?.items.length) return null;
  return (
    <Section title={t("list.sources")} className="sources">
      <ul>{data.items.map((source) => <li key={source.id}><span className="name">{source.name}</span><span className="meta" title={format.exact(source.last_fact_at)}>{t("list.last")} {format.when(source.last_fact_at)}</span></li>)}</ul>
    </Section>
  );
}
