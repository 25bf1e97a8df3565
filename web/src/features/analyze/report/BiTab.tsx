import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { type Column, DataList, useFormat } from "../../../ui";
import type { ColumnTable } from "../../../api";
import { tablesQuery } from "./queries";

/** The tables other tools can read whole, and how. */
export function BiTab() {
  const { t } = useTranslation("report");
  const language = useLanguage();
  const format = useFormat();
  const can = useCan();
  const answer = useQuery(tablesQuery);
  const columns: Column<ColumnTable>[] = [
    { key: "name", head: t("bi.table"), cell: (row) => <b>{row.name}</b> },
    { key: "label", head: t("bi.what"), cell: (row) => row.label[language] },
    { key: "columns", head: t("bi.columns"), num: true, hide: "phone", cell: (row) => format.count(row.columns.length) },
    { key: "address", head: t("bi.address"), hide: "phone", cell: (row) => <code>/api/v1{row.parquet}</code> },
    ...(can("export") ? [{ key: "file", head: "", num: true, cell: (row: ColumnTable) => <a className="link" href={`/api/v1${row.parquet}`} download>{t("bi.fetch")}</a> }] : []),
  ];
  return <div><p className="meta">{t("bi.how")}</p><DataList label={t("bi.tables")} answer={answer} columns={columns} rowKey={(row) => row.name} pageSize={500} empty={t("bi.none")} /></div>;
}
