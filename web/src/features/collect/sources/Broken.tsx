import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Violation } from "../../../api";
import { DataList, Section, useFormat, type Column } from "../../../ui";

/** What came and was not as agreed, by sort. */
export function Broken({ rows }: { rows: Violation[] }) {
  const { t } = useTranslation("source");
  return (
    <Section title={t("broken.title")} side={<Link className="link meta" to="/quality" search={{ cause: rows[0]?.code }}>{t("broken.findings")}</Link>}>
      <DataList label={t("broken.title")} answer={{ data: { items: rows }, error: null, isPending: false, refetch: () => undefined }} columns={useColumns()} rowKey={(row) => `${row.event} ${row.property} ${row.code}`} pageSize={200} empty="" keys={false} />
    </Section>
  );
}

function useColumns(): Column<Violation>[] {
  const { t } = useTranslation("source");
  const format = useFormat();
  return [
    { key: "where", head: t("broken.where"), cell: (row) => <><span className="name">{row.event || t("broken.events")}</span>{row.property && <> <code>{row.property}</code></>}</> },
    { key: "sort", head: t("broken.sort"), cell: (row) => t(`why.${row.code}`) },
    { key: "examples", head: t("broken.examples"), hide: "phone", cell: (row) => <code className="clip" title={row.examples.join("\n")}>{row.examples.join("  ") || "—"}</code> },
    { key: "count", head: t("broken.count"), num: true, cell: (row) => <>{format.count(row.count)}{row.blocked > 0 && <span className="meta about">{t("broken.blocked", { number: format.count(row.blocked) })}</span>}</> },
    { key: "last", head: t("broken.last"), num: true, hide: "phone", cell: (row) => <span title={format.exact(row.last_at)}>{format.when(row.last_at)}</span> },
  ];
}
