import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { addReport, askSql, type ColumnTable, type ReportChart } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Button, Empty, Failed, Skeleton, useIdempotencyKey, useToast } from "../../../ui";
import { tablesQuery } from "./queries";
import { Rows } from "./Rows";
import { SaveDialog } from "./SaveDialog";

const first = "select shop, count(*) as orders, sum(gross) / 100 as amount\nfrom orders\nwhere kind = 'order' and day >= current_date - 30\ngroup by shop\norder by amount desc";

/** One SELECT at a time over the tables the reader may see; the statement stands in the browser until it is changed. */
export function SqlTab() {
  const { t } = useTranslation("report");
  const can = useCan();
  const toast = useToast();
  const client = useQueryClient();
  const navigate = useNavigate();
  const key = useIdempotencyKey();
  const [saving, setSaving] = useState(false);
  const tables = useQuery(tablesQuery);
  const [query, setQuery] = useState(() => sessionStorage.getItem("guanxi.sql") ?? first);
  const stop = useRef<AbortController>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  const asked = useMutation({ mutationFn: (text: string) => { stop.current = new AbortController(); return askSql(text, stop.current.signal); } });
  const run = () => { sessionStorage.setItem("guanxi.sql", query); asked.mutate(query); };
  const keep = async (as: { name: string; description: string; roles: string[]; chart?: ReportChart }) => {
    const { chart = "table", ...named } = as;
    const draft = { ...named, definition: { sql: query, chart } };
    const kept = await addReport(draft, key(draft));
    await client.invalidateQueries({ queryKey: ["reports"], exact: true });
    toast.say({ text: t("saved", { name: kept.name }) });
    await navigate({ to: "/reports", search: { report: kept.id } });
  };
  const insert = (text: string) => {
    const [from, to] = [box.current?.selectionStart ?? query.length, box.current?.selectionEnd ?? query.length];
    setQuery(query.slice(0, from) + text + query.slice(to));
    box.current?.focus();
  };
  return (
    <div className="sql">
      <nav className="catalogue" aria-label={t("sql.tables")}>{tables.error ? <Failed error={tables.error} /> : !tables.data ? <Skeleton rows={8} /> : tables.data.items.map((each) => <TableOf key={each.name} of={each} onInsert={insert} />)}</nav>
      <div className="asking">
        <textarea ref={box} className="input" aria-label={t("sql.query")} spellCheck={false} rows={9} value={query} onChange={(event) => setQuery(event.target.value)} onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run(); }} />
        <div className="row">
          <Button look="fill" size="md" busy={asked.isPending} onClick={run}>{t("sql.run")}</Button>
          {asked.isPending && <Button size="md" onClick={() => stop.current?.abort()}>{t("sql.stop")}</Button>}
          <span className="meta">{t("sql.hint")}</span>
        </div>
        {asked.error ? <Failed error={asked.error} /> : asked.data ? <><p className="row">{can("segments.write") && <Button icon="check" onClick={() => setSaving(true)}>{t("sql.keep")}</Button>}</p><Rows of={asked.data} /></> : <Empty>{t("sql.empty")}</Empty>}
        {saving && <SaveDialog name="" description="" roles={[]} mayReplace={false} charts={["table", "bar", "line", "stacked", "number"]} onSave={keep} onClose={() => setSaving(false)} />}
      </div>
    </div>
  );
}

function TableOf({ of, onInsert }: { of: ColumnTable; onInsert: (text: string) => void }) {
  const language = useLanguage();
  return (
    <details>
      <summary title={of.label[language]}>{of.name}</summary>
      <p className="meta">{of.label[language]}</p>
      <ul>{of.columns.map((each) => <li key={each.name}><button type="button" title={`${each.label[language]} (${each.type})`} onClick={() => onInsert(each.name)}><span className="cut">{each.name}</span> <span className="meta">{each.type.toLowerCase()}</span></button></li>)}</ul>
    </details>
  );
}
