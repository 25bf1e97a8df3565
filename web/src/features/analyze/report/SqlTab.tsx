import { useMutation, useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { askSql, type ColumnTable, type SqlAnswer } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Button, Empty, Failed, saveCsv, Skeleton, useFormat } from "../../../ui";
import { tablesQuery } from "./queries";

const first = "select shop, count(*) as orders, sum(gross) / 100 as amount\nfrom orders\nwhere kind = 'order' and day >= current_date - 30\ngroup by shop\norder by amount desc";

/** One SELECT at a time over the tables the reader may see; the statement stands in the browser until it is changed. */
export function SqlTab() {
  const { t } = useTranslation("report");
  const tables = useQuery(tablesQuery);
  const [query, setQuery] = useState(() => sessionStorage.getItem("guanxi.sql") ?? first);
  const stop = useRef<AbortController>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  const asked = useMutation({ mutationFn: (text: string) => { stop.current = new AbortController(); return askSql(text, stop.current.signal); } });
  const run = () => { sessionStorage.setItem("guanxi.sql", query); asked.mutate(query); };
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
        {asked.error ? <Failed error={asked.error} /> : asked.data ? <Result of={asked.data} /> : <Empty>{t("sql.empty")}</Empty>}
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

function Result({ of }: { of: SqlAnswer }) {
  const { t } = useTranslation("report");
  const format = useFormat();
  const numbers = of.columns.map((each) => /INT|DOUBLE|FLOAT|DECIMAL|NUMERIC/.test(each.type));
  return (
    <>
      <p className="row meta"><span className="grow">{t(of.cut ? "sql.cut" : "sql.rows", { n: format.count(of.rows.length), ms: format.count(of.took_ms) })}</span><Button look="bare" icon="download" aria-label={t("sql.csv")} title={t("sql.csv")} onClick={() => saveCsv("sql", [of.columns.map((each) => each.name), ...of.rows.map((row) => row.map((value) => (typeof value === "boolean" ? String(value) : value)))])} /></p>
      <div className="listwrap" tabIndex={0} role="region" aria-label={t("sql.result")}>
        <table className="list" aria-label={t("sql.result")}>
          <thead><tr>{of.columns.map((each, at) => <th key={at} scope="col" className={numbers[at] ? "num" : undefined} title={each.type}>{each.name}</th>)}</tr></thead>
          <tbody>{of.rows.map((row, at) => <tr key={at}>{row.map((value, column) => <td key={column} className={numbers[column] ? "num" : undefined}><span className="cut" title={String(value ?? "")}>{value === null ? "—" : typeof value === "number" ? format.decimal(value, 4) : String(value)}</span></td>)}</tr>)}</tbody>
        </table>
      </div>
    </>
  );
}
