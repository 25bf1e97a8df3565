import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addReport, changeReport, exportReport, removeReport, restoreReport, type CrossCell, type ReadyReport, type Report, type ReportDefinition } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { ActionMenu, Button, Failed, saveFile, Skeleton, useFormat, useIdempotencyKey, useToast } from "../../../ui";
import { metricQuery, tileQuery } from "../queries";
import { amountOf } from "../figure";
import { Behind } from "./Behind";
import { Builder } from "./Builder";
import { Drawn } from "./Drawn";
import { runQuery } from "./queries";
import { Rows } from "./Rows";
import { SaveDialog } from "./SaveDialog";

interface Props {
  name: string;
  description: string;
  own: Report | undefined;
  brought: ReadyReport | undefined;
  definition: ReportDefinition;
  given: ReportDefinition;
  /** Something was changed that is not saved. */
  asked: boolean;
  segment: string | undefined;
  editing: boolean;
  onEdit: (on: boolean) => void;
  onDefinition: (to: ReportDefinition | undefined) => void;
  onOpen: (report: string) => void;
}

/** One report: what it asks, its figures, and what may be done with it. */
export function ReportView({ name, description, own, brought, definition, asked, segment, editing, onEdit, onDefinition, onOpen }: Props) {
  const { t } = useTranslation("report");
  const format = useFormat();
  const language = useLanguage();
  const can = useCan();
  const toast = useToast();
  const client = useQueryClient();
  const key = useIdempotencyKey();
  const [saving, setSaving] = useState(false);
  const [cell, setCell] = useState<CrossCell>();
  const question = { definition, ...(segment && { segment }) };
  const answer = useQuery({ ...runQuery(question), enabled: !definition.sql });
  const rows = useQuery({ ...tileQuery({ tile: { key: "a", kind: "report", report: own?.id ?? "", wide: 1, tall: 1 } }), enabled: !!definition.sql });
  const { data } = answer;
  const renewed = () => client.invalidateQueries({ queryKey: ["reports"], exact: true });
  const save = async (as: { name: string; description: string; roles: string[] }, anew: boolean) => {
    const draft = { ...as, definition, ...(brought && { ready: brought.key }) };
    const kept = own && !anew ? await changeReport(own.id, own.version, draft) : await addReport(draft, key(draft));
    await renewed();
    setSaving(false);
    onOpen(kept.id);
    toast.say({ text: t("saved", { name: kept.name }) });
  };
  const remove = async () => {
    if (!own) return;
    try {
      await removeReport(own.id, own.version);
      await renewed();
      onOpen(own.ready ?? "review-summary");
      toast.say({ text: t("removed", { name: own.name }), undo: async () => { await restoreReport(own.id); await renewed(); } });
    } catch (error) {
      toast.sayFault(error);
    }
  };
  const take = (as: "csv" | "xlsx") => void exportReport({ ...question, name }, as, language).then(({ content }) => saveFile(`${name}.${as}`, content), toast.sayFault);
  const writes = can("segments.write");
  return (
    <article className="report">
      <header>
        <div className="grow">
          <h2>{name}</h2>
          <p className="meta">{description}{own?.owner && !own.mine && <> {t("by", { name: own.owner })}</>}{brought && asked && <> {t("restored")}</>}</p>
        </div>
        <div className="row">
          {asked && <Button look="bare" icon="undo" onClick={() => onDefinition(undefined)}>{t("reset")}</Button>}
          {!definition.sql && <Button icon={editing ? "up" : "edit"} aria-expanded={editing} onClick={() => onEdit(!editing)}>{editing ? t("done") : t("edit")}</Button>}
          {definition.sql && can("reports.sql") && <Link className="btn" to="/reports" search={{ tab: "sql" }} onClick={() => sessionStorage.setItem("guanxi.sql", definition.sql ?? "")}>{t("sql.open")}</Link>}
          {!definition.sql && can("export") && <ActionMenu items={(["xlsx", "csv"] as const).map((as) => ({ key: as, label: as.toUpperCase(), onSelect: () => take(as) }))}><Button icon="download">{t("export")}</Button></ActionMenu>}
          {writes && (!definition.sql || (own?.changeable && can("reports.sql"))) && <Button look={asked ? "fill" : "line"} onClick={() => setSaving(true)}>{own?.changeable ? t("save") : own || brought ? t("copy") : t("save")}</Button>}
          {own?.changeable && <Button look="bare" icon="x" aria-label={t("remove")} title={t("remove")} onClick={() => void remove()} />}
        </div>
      </header>
      {editing && !definition.sql && <Builder definition={definition} onChange={onDefinition} />}
      {definition.sql ? rows.error ? <Failed error={rows.error} retry={() => void rows.refetch()} /> : rows.data?.rows ? <Rows of={rows.data.rows} chart={definition.chart ?? "table"} file={name} /> : <Skeleton rows={10} /> : answer.error && !data ? <Failed error={answer.error} retry={() => void answer.refetch()} /> : !data ? <Skeleton rows={10} /> : (
        <>
          {answer.error && <Failed error={answer.error} />}
          <p className="meta line">
            {data.measures.every((each) => each.steady) ? t("steady") : t("range", { from: format.fullDay(data.from), to: format.fullDay(data.to) })}
            {data.before_from && data.before_to && <><i className="sep" />{t("compared", { from: format.fullDay(data.before_from), to: format.fullDay(data.before_to) })}</>}
            <Quality segment={segment} days={{ from: data.from, to: data.to }} />
          </p>
          <div className={answer.isPlaceholderData || answer.error ? "old" : undefined} aria-busy={answer.isPlaceholderData || undefined}>
            <Drawn of={data} chart={definition.chart || "table"} file={name} onOpen={can("customers.read") ? setCell : undefined} />
          </div>
        </>
      )}
      {cell && <Behind asked={{ ...question, cell }} unit={data?.measures[cell.measure]?.unit ?? "count"} onClose={() => setCell(undefined)} />}
      {saving && <SaveDialog name={own || brought ? name : ""} description={description} roles={own?.roles ?? []} mayReplace={!!own?.changeable} onSave={save} onClose={() => setSaving(false)} />}
    </article>
  );
}

/** How good the records are that the figures rest on. */
function Quality({ segment, days }: { segment: string | undefined; days: { from: string; to: string } }) {
  const { t } = useTranslation("report");
  const format = useFormat();
  const { data } = useQuery({ ...metricQuery("data_quality", { ...days, segment }), retry: false, staleTime: 60_000 });
  const share = amountOf(data?.value);
  return share === null ? null : <><i className="sep" /><span className="def" tabIndex={0} title={t("qualityHint")}>{t("quality", { share: format.share(share, 0) })}</span></>;
}
