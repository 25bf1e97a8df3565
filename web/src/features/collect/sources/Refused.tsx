import { useTranslation } from "react-i18next";
import type { RefusalCount } from "../../../api";
import { DataList, Section, useFieldFault, useFormat, type Column } from "../../../ui";

/** What of a source was not taken and why; nothing where all was. */
export function Refused({ of }: { of: RefusalCount[] }) {
  const { t } = useTranslation("source");
  const columns = useRefused();
  if (of.length === 0) return null;
  return (
    <Section title={t("live.refused")}>
      <DataList label={t("live.refused")} answer={{ data: { items: of }, isPending: false, error: null, refetch: () => undefined }} columns={columns} rowKey={(row) => `${row.code} ${row.field}`} empty="" keys={false} />
    </Section>
  );
}

function useRefused(): Column<RefusalCount>[] {
  const { t, i18n } = useTranslation("source");
  const format = useFormat();
  const say = useFieldFault();
  return [
    { key: "code", head: t("live.code"), cell: (row) => i18n.exists(`source:why.${row.code}`) ? t(`why.${row.code as "required"}`) : say({ code: row.code, message: row.code.replaceAll("_", " "), field: row.field }).replace(/[：:]?\s*$/, "") },
    { key: "field", head: t("live.field"), cell: (row) => row.field ? <code>{row.field}</code> : "—" },
    { key: "count", head: t("live.count"), num: true, cell: (row) => format.count(row.count) },
    { key: "last", head: t("live.last"), num: true, cell: (row) => <span title={format.exact(row.last_at)}>{format.when(row.last_at)}</span> },
  ];
}
