import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { QualityGroup, QualityScore } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Button, DataList, useFormat, type Column } from "../../../ui";
import { FixDialog } from "./FixDialog";
import { useSaid } from "./SaidOf";

/** What lowers the score, what costs most first; the first way to mend it at hand. */
export function Groups({ of }: { of: QualityScore }) {
  const { t } = useTranslation("quality");
  const format = useFormat();
  const language = useLanguage();
  const can = useCan();
  const search = useSearch({ from: "/shell/quality" });
  const navigate = useNavigate({ from: "/quality" });
  const [fixing, setFixing] = useState<QualityGroup>();
  const shown = [...useSaid(), ...of.groups].filter((each) => !search.dimension || each.dimension === search.dimension);
  const open = (row: QualityGroup) => void navigate({ search: (now) => ({ ...now, rule: row.rule, field: row.field || undefined, cursor: undefined }) });
  const columns: Column<QualityGroup>[] = [
    { key: "what", head: t("group.what"), cell: (row) => <Link className="name opens" to="/quality" search={(now) => ({ ...now, rule: row.rule, field: row.field || undefined, cursor: undefined })}>{row.label[language]}{row.field && <span className="meta"> · {row.field_label[language]}</span>}</Link> },
    { key: "dimension", head: t("group.dimension"), hide: "narrow", cell: (row) => <span className="meta">{t(`dimension.${row.dimension}`)}</span> },
    { key: "count", head: t("group.count"), num: true, cell: (row) => format.count(row.count) },
    { key: "new", head: <span title={t("group.newHint")}>{t("group.new")}</span>, num: true, hide: "phone", cell: (row) => (row.new > 0 ? <b className="danger">+{format.count(row.new)}</b> : "—") },
    { key: "points", head: <span title={t("group.pointsHint")}>{t("group.points")}</span>, num: true, cell: (row) => (row.points >= 0.00005 ? `−${format.decimal(row.points * 100, row.points < 0.001 ? 2 : 1)}` : row.points > 0 ? "−0.01" : "—") },
    { key: "resting", head: <span title={t("group.restingHint")}>{t("group.resting")}</span>, num: true, hide: "phone", cell: (row) => (row.resting.amount ? format.money(row.resting) : "—") },
    { key: "act", head: "", cell: (row) => <span className="row end">{row.rule === "duplicate" ? <Link className="link" to="/duplicates">{t("group.duplicates")}</Link> : can("findings.write") && row.fixes.length > 0 && <Button onClick={(event) => { event.stopPropagation(); setFixing(row); }}>{t("group.fix")}</Button>}</span> },
  ];
  return (
    <div className="groups">
      <DataList label={t("group.title")} answer={{ data: { items: shown }, error: null, isPending: false, refetch: () => undefined }} columns={columns} rowKey={(row) => `${row.rule} ${row.field}`} onOpen={open}
        empty={of.as_of ? t(search.dimension ? "group.noneOf" : "group.none") : of.run ? t("group.searching") : t("group.never")} />
      {fixing && <FixDialog group={fixing} onClose={() => setFixing(undefined)} />}
    </div>
  );
}
