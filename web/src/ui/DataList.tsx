import { useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./Button";
import { useFormat } from "./FormatContext";
import { Icon } from "./Icon";
import { Empty, Failed, Skeleton } from "./States";
import { useKeys } from "./useKeys";

export interface Column<T> {
  key: string;
  head: ReactNode;
  cell: (row: T) => ReactNode;
  /** Right-aligned, tabular. */
  num?: boolean;
  /** Name the server sorts by; absent = cannot be sorted. */
  sort?: string;
  width?: number | string;
  /** Left out below 1200 or on phones. */
  hide?: "narrow" | "phone";
}

/** What a list needs to know of its query; TanStack Query's result fits. */
interface Answer<T> {
  data: { items: T[]; next_cursor?: string | undefined; total?: number | null | undefined } | undefined;
  error: unknown;
  isPending: boolean;
  isPlaceholderData?: boolean;
  refetch: () => unknown;
}

/** Which rows are chosen, across pages. */
export interface Picking {
  has: (key: string) => boolean;
  pick: (keys: string[], on: boolean) => void;
}

interface Props<T> {
  label: string;
  answer: Answer<T>;
  columns: Column<T>[];
  rowKey: (row: T) => string;
  /** Enter or a press on a row. */
  onOpen?: (row: T) => void;
  /** "-created_at" sorts downwards. */
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  /** The cursors passed so far: the page shown is the one after the last of them. */
  trail?: string[];
  onTrail?: (trail: string[]) => void;
  pageSize?: number;
  empty: ReactNode;
  emptyAction?: ReactNode;
  /** J, K and Enter; off when the page has another list in focus. */
  keys?: boolean;
  /** Rows can be chosen: by their box, X, Shift with either, and the box in the head. */
  picking?: Picking | undefined;
  /** What a row is called where it is chosen. */
  nameOf?: (row: T) => string;
}

/** A table of rows: sorting and pages live in the address, J and K move, Enter opens. */
export function DataList<T>({ label, answer, columns, rowKey, onOpen, sort, onSort, trail = [], onTrail, pageSize = 50, empty, emptyAction, keys = true, picking, nameOf }: Props<T>) {
  const [at, setAt] = useState(-1);
  const { t } = useTranslation("ui");
  const body = useRef<HTMLTableSectionElement>(null);
  const rows = answer.data?.items ?? [];
  useEffect(() => setAt(-1), [trail.length, sort]);
  useEffect(() => { body.current?.children[at]?.scrollIntoView({ block: "nearest" }); }, [at]);
  const anchor = useRef(-1);
  const choose = (index: number, on: boolean, range: boolean) => {
    const from = range && anchor.current >= 0 ? anchor.current : index;
    picking?.pick(rows.slice(Math.min(from, index), Math.max(from, index) + 1).map(rowKey), on);
    anchor.current = index;
  };
  const move = (to: number, extend: boolean) => {
    setAt(to);
    const row = rows[to];
    if (extend && picking && row) choose(to, true, at >= 0 && picking.has(rowKey(rows[at] as T)));
  };
  useEffect(() => { anchor.current = -1; }, [trail.length, sort]);
  useKeys({
    j: (event) => move(Math.min(rows.length - 1, at + 1), event.shiftKey),
    k: (event) => move(Math.max(0, at - 1), event.shiftKey),
    x: (event) => { const row = rows[at]; if (row && picking) choose(at, event.shiftKey || !picking.has(rowKey(row)), event.shiftKey); },
    Enter: () => { const row = rows[at]; if (row && onOpen) onOpen(row); },
  }, keys);

  if (answer.error && !answer.data) return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  if (answer.isPending) return <Skeleton rows={12} />;
  if (rows.length === 0) return <Empty action={emptyAction}>{empty}</Empty>;
  return (
    <>
      <div className="listwrap" tabIndex={0} role="region" aria-label={label}>
        <table className={answer.isPlaceholderData ? "list stale" : "list"} aria-label={label} aria-busy={answer.isPlaceholderData || undefined}>
          <thead>
            <tr>
              {picking && <th scope="col" className="pick"><PickAll rows={rows.map(rowKey)} picking={picking} /></th>}
              {columns.map((column) => (
                <th key={column.key} scope="col" className={classOf(column)} style={{ width: column.width }} aria-sort={sortedBy(column.sort, sort)}>
                  {column.sort && onSort ? <SortHead column={column} sort={sort} onSort={onSort} /> : column.head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody ref={body}>
            {rows.map((row, index) => (
              <tr key={rowKey(row)} className={index === at ? "on" : undefined} aria-selected={index === at || undefined} onClick={(event) => {
                const target = event.target as HTMLElement;
                const control = target.closest("a,button,input,label") || !event.currentTarget.contains(target); // a menu of the row stands elsewhere
                if (!control && onOpen && !window.getSelection()?.toString()) onOpen(row);
              }} style={onOpen && { cursor: "pointer" }}>
                {picking && <td className="pick"><label><input type="checkbox" aria-label={t("pickRow", { name: nameOf?.(row) ?? rowKey(row) })} checked={picking.has(rowKey(row))} onChange={(event) => choose(index, event.target.checked, (event.nativeEvent as MouseEvent).shiftKey)} /></label></td>}
                {columns.map((column) => <td key={column.key} className={classOf(column)}>{column.cell(row)}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Pages shown={rows.length} total={answer.data?.total} next={answer.data?.next_cursor} trail={trail} onTrail={onTrail} pageSize={pageSize} />
    </>
  );
}

const classOf = <T,>(column: Column<T>) => [column.num ? "num" : "", column.hide ? `hide-${column.hide}` : ""].filter(Boolean).join(" ") || undefined;

const sortedBy = (field: string | undefined, sort: string | undefined) =>
  !field || !sort || sort.replace(/^-/, "") !== field ? undefined : sort.startsWith("-") ? "descending" as const : "ascending" as const;

/** Chooses the rows of the page, or none of them. */
function PickAll({ rows, picking }: { rows: string[]; picking: Picking }) {
  const { t } = useTranslation("ui");
  const chosen = rows.filter(picking.has).length;
  return <label><input type="checkbox" aria-label={t("pickPage")} checked={chosen === rows.length} ref={(box) => { if (box) box.indeterminate = chosen > 0 && chosen < rows.length; }} onChange={(event) => picking.pick(rows, event.target.checked)} /></label>;
}

function SortHead<T>({ column, sort, onSort }: { column: Column<T>; sort: string | undefined; onSort: (sort: string) => void }) {
  const { t } = useTranslation("ui");
  const now = sortedBy(column.sort, sort);
  const name = column.sort ?? "";
  return (
    <button type="button" className="sorter" title={t("sortBy", { column: typeof column.head === "string" ? column.head : name })} onClick={() => onSort(now === "descending" ? name : `-${name}`)}>
      {column.head}
      {now && <Icon name={now === "descending" ? "down" : "up"} small />}
    </button>
  );
}

function Pages({ shown, total, next, trail, onTrail, pageSize }: { shown: number; total: number | null | undefined; next: string | undefined; trail: string[]; onTrail: ((trail: string[]) => void) | undefined; pageSize: number }) {
  const { t } = useTranslation("ui");
  const format = useFormat();
  const from = trail.length * pageSize + 1;
  return (
    <div className="pages">
      <span className="meta">{t("shown", { from: format.count(from), to: format.count(from + shown - 1) })}{total != null && <> {t("total", { total: format.count(total) })}</>}</span>
      {onTrail && (trail.length > 0 || next) && (
        <div className="row">
          {trail.length > 1 && <Button look="bare" onClick={() => onTrail([])}>{t("first")}</Button>}
          <Button disabled={trail.length === 0} onClick={() => onTrail(trail.slice(0, -1))}>{t("previous")}</Button>
          <Button disabled={!next} onClick={() => next && onTrail([...trail, next])}>{t("next")}</Button>
        </div>
      )}
    </div>
  );
}
