import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { FixDraft, FixMethod, QualityFinding, QualityGroup } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { ActionMenu, Button, DataList, useFormat, useKeys, type Column } from "../../../ui";
import { FixDialog } from "./FixDialog";
import { findingsQuery } from "./queries";
import { useFix, useValue } from "./useFix";

/** The records one rule finds something wrong with, one by one or all at once. */
export function FindingsOf({ rule, field, group }: { rule: string; field: string; group: QualityGroup | undefined }) {
  const { t } = useTranslation("quality");
  const language = useLanguage();
  const format = useFormat();
  const can = useCan();
  const search = useSearch({ from: "/shell/quality" });
  const navigate = useNavigate({ from: "/quality" });
  const answer = useQuery(findingsQuery({ rule, field, ...(search.cursor ? { cursor: search.cursor } : {}) }));
  const [fixing, setFixing] = useState(false);
  const fix = useFix();
  const said = useValue();
  const leave = () => void navigate({ search: (now) => ({ ...now, rule: undefined, field: undefined, cursor: undefined }) });
  useKeys({ Escape: leave }, !fixing);
  const one = (row: QualityFinding, method: FixMethod) => {
    const of: FixDraft = { rule, method, ...(row.subject.type === "order" ? { orders: [row.subject.id ?? ""] } : { field: field || "-", customers: [row.customer_id ?? ""] }) };
    fix.apply(of);
  };
  const columns: Column<QualityFinding>[] = [
    { key: "subject", head: t("finding.subject"), cell: (row) => (row.customer_id ? <Link className="name opens" to="/customers/$id" params={{ id: row.customer_id }}>{row.subject.name || row.subject.id}</Link> : <span className="name">{row.subject.name || "—"}</span>) },
    { key: "sentence", head: t("finding.what"), cell: (row) => <span className="raw">{row.sentence[language]}</span> },
    { key: "proposed", head: t("finding.proposed"), hide: "phone", cell: (row) => (row.proposed ? <span className="raw">{said(row.proposed)}</span> : "—") },
    { key: "at", head: t("finding.since"), num: true, hide: "narrow", cell: (row) => <span title={format.exact(row.found_at)}>{format.day(row.found_at)}</span> },
    {
      key: "act", head: "", cell: (row) => {
        if (!can("findings.write")) return null;
        const ways = row.fixes.filter((method) => method !== "default" && (row.proposed || (method !== "derive" && method !== "cap")));
        const first = ways[0];
        return (
          <span className="row end">
            {first && <Button look="link" onClick={() => one(row, first)}>{t(`one.${first}`)}</Button>}
            {ways.length > 1 && <ActionMenu items={ways.slice(1).map((method) => ({ key: method, label: t(`one.${method}`), danger: method === "delete", onSelect: () => one(row, method) }))}><Button look="bare" icon="more" aria-label={t("finding.more", { name: row.subject.name })} /></ActionMenu>}
          </span>
        );
      },
    },
  ];
  return (
    <div className="body ofrule" tabIndex={0}>
      <div className="causehead">
        <div>
          <Button look="link" onClick={leave}>‹ {t("finding.back")}</Button>
          <h2>{group ? group.label[language] : (answer.data?.items[0]?.label[language] ?? rule)}{group?.field && <span className="meta"> · {group.field_label[language]}</span>}</h2>
          {group && <p className="meta">{t("finding.head", { count: group.count, n: format.count(group.count), points: format.decimal(group.points * 100, 2), dimension: t(`dimension.${group.dimension}`) })}</p>}
        </div>
        {group && can("findings.write") && group.fixes.length > 0 && <Button look="fill" size="md" onClick={() => setFixing(true)}>{t("finding.fixAll")}</Button>}
      </div>
      <DataList label={t("group.title")} answer={answer} columns={columns} rowKey={(row) => `${row.subject.type} ${row.subject.id ?? row.subject.name} ${row.field}`}
        trail={search.cursor ? [search.cursor] : []} onTrail={(trail) => void navigate({ search: (now) => ({ ...now, cursor: trail.at(-1) }) })} empty={t("finding.none")} emptyAction={<Button onClick={leave}>{t("finding.back")}</Button>} />
      {fixing && group && <FixDialog group={group} onClose={() => setFixing(false)} />}
    </div>
  );
}
