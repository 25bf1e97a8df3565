import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { listLive, type LiveEvent, type Source } from "../../../api";
import { DataList, Section, Tag, useFormat, type Column } from "../../../ui";
import { Refused } from "./Refused";

/** What comes in right now, and what was not taken and why. */
export function Live({ of }: { of: Source }) {
  const { t } = useTranslation("source");
  const answer = useQuery({ queryKey: ["sources", "live", of.id], queryFn: () => listLive(of.id), refetchInterval: 2000 });
  return (
    <>
      <Refused of={answer.data?.refused ?? []} />
      <Section title={t("tab.live")} side={<span className="meta">{t("live.hint")}</span>}>
        <DataList label={t("tab.live")} answer={answer} columns={useColumns()} rowKey={(row) => row.id} pageSize={100} empty={t("live.empty")} />
      </Section>
    </>
  );
}

function useColumns(): Column<LiveEvent>[] {
  const { t } = useTranslation("source");
  const format = useFormat();
  return [
    { key: "event", head: t("live.event"), cell: (row) => <><span className="name">{row.event}</span>{row.bot && <> <Tag>{t("live.bot")}</Tag></>}</> },
    { key: "who", head: t("live.who"), hide: "phone", cell: (row) => row.customer_id ? <Link className="opens" to="/customers/$id" params={{ id: row.customer_id }}>{t("live.customer")} {row.customer_id}</Link> : <span className="mid">{t("live.visitor", { id: row.visitor_id })}</span> },
    { key: "where", head: t("live.where"), hide: "narrow", cell: (row) => <span className="mid clip">{row.host}{row.path}</span> },
    { key: "properties", head: t("live.properties"), hide: "phone", cell: (row) => <code className="clip" title={JSON.stringify(row.properties, null, 1)}>{Object.entries(row.properties).map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`).join("  ")}</code> },
    { key: "at", head: t("live.at"), num: true, cell: (row) => <span title={format.exact(row.at)}>{format.when(row.at)}</span> },
  ];
}
