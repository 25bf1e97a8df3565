import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { readShapes, type EventShape, type Source } from "../../../api";
import { DataList, useFormat, type Column } from "../../../ui";

/** What a source sends: its events, how often, and what stands in them. */
export function Shapes({ of }: { of: Source }) {
  const { t } = useTranslation("source");
  const format = useFormat();
  const answer = useQuery({ queryKey: ["sources", "schema", of.id], queryFn: () => readShapes(of.id) });
  const { items = [], names = 0 } = answer.data ?? {};
  return (
    <>
      <p className="mid exporthint">{t("schema.hint")}{names > items.length && <> <span className="meta">{t("schema.names", { number: format.count(names) })} · {t("schema.most", { count: items.length })}</span></>}</p>
      <DataList label={t("tab.schema")} answer={answer} columns={useColumns()} rowKey={(row) => row.event} pageSize={200} empty={t("schema.empty")} />
    </>
  );
}

function useColumns(): Column<EventShape>[] {
  const { t } = useTranslation("source");
  const format = useFormat();
  return [
    { key: "event", head: t("schema.event"), cell: (row) => <span className="name">{row.event}</span> },
    {
      key: "properties", head: t("schema.properties"), hide: "phone", cell: (row) => (
        <ul className="shape">{row.properties.map((each) => <li key={each.name} title={t("schema.share", { share: format.share(each.share, 0) })}><code>{each.name}</code> <span className="meta">{each.types.map((type) => t(`schema.type.${type}`)).join(" / ")}</span></li>)}</ul>
      ),
    },
    { key: "count", head: t("schema.count"), num: true, cell: (row) => format.count(row.count) },
    { key: "last", head: t("schema.last"), num: true, cell: (row) => <span title={format.exact(row.last_at)}>{format.when(row.last_at)}</span> },
  ];
}
