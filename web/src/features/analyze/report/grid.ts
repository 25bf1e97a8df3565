import type { Cross, CrossCell, CrossPart, CrossRow, Figure } from "../../../api";

/** A line or column of a grid: what it is called, and how a cell names it. */
export interface Head {
  key: string;
  part?: CrossPart;
  step?: string;
}

/** One measure crossed: by two dimensions, or by one and the calendar. */
export interface Grid {
  measure: number;
  rows: Head[];
  columns: Head[];
  at: (row: number, column: number) => Figure;
  ofRow: (row: number) => Figure;
  ofColumn: (column: number) => Figure;
  total: Figure;
  cell: (row: number | null, column: number | null) => CrossCell;
}

const keyOf = (part: CrossPart | undefined) => (!part ? "" : part.other ? "\u0001" : part.key === null ? "\u0000" : `k${part.key}`);

/** How a cell names a part to the server. */
export const cellKey = (part: CrossPart): { key?: string; other?: boolean } => (part.other ? { other: true } : part.key === null ? {} : { key: part.key });

const named = (rows: CrossRow[] | undefined, place: number): Head[] => (rows ?? []).map((row) => ({ key: keyOf(row.parts[place]), ...(row.parts[place] && { part: row.parts[place] }) }));

/** The answer as a grid of one measure; null where it has one way to be read only. */
export function gridOf(of: Cross, measure = 0): Grid | null {
  const value = (row: CrossRow | undefined): Figure => row?.values[measure] ?? null;
  if (of.dimensions.length === 2) {
    const rows = named(of.first, 0), columns = named(of.second, 0);
    const cells = new Map(of.rows.map((row) => [`${keyOf(row.parts[0])} ${keyOf(row.parts[1])}`, row]));
    return {
      measure, rows, columns, total: value(of.total),
      at: (row, column) => value(cells.get(`${rows[row]?.key} ${columns[column]?.key}`)), ofRow: (row) => value(of.first?.[row]), ofColumn: (column) => value(of.second?.[column]),
      cell: (row, column) => ({ measure, parts: [row === null ? { all: true } : part(rows[row]), column === null ? { all: true } : part(columns[column])] }),
    };
  }
  if (of.dimensions.length === 1 && of.by) {
    const rows = named(of.rows, 0), columns = of.steps.map((step) => ({ key: step, step }));
    return {
      measure, rows, columns, total: value(of.total),
      at: (row, column) => of.rows[row]?.series?.[measure]?.[column] ?? null, ofRow: (row) => value(of.rows[row]), ofColumn: (column) => of.total.series?.[measure]?.[column] ?? null,
      cell: (row, column) => ({ measure, parts: [row === null ? { all: true } : part(rows[row])], ...(column !== null && { at: of.steps[column] ?? "" }) }),
    };
  }
  return null;
}

const part = (head: Head | undefined) => (head?.part ? cellKey(head.part) : { all: true });

/** How deep a cell is coloured, 0 to 5, between the smallest and the largest of its grid. */
export function depthOf(value: number | null, least: number, most: number): number {
  if (value === null || most <= least) return 0;
  return Math.min(5, Math.max(0, Math.ceil(((value - least) / (most - least)) * 5)));
}
