import type { CustomerPage } from "../../../api";

export type Side = "a" | "b";

/** What a person chooses between; name and address go whole. */
export const chosenFields = ["name", "gender", "birthday", "company", "address", "lifecycle_stage", "owner"] as const;
export type ChosenField = (typeof chosenFields)[number];

export interface FieldRow {
  field: ChosenField;
  a: string;
  b: string;
  differ: boolean;
  /** Both hold something and it differs: here a person has a say. */
  open: boolean;
}

/** An attribute as text to compare, "" when there is none. */
export function valueOf(of: CustomerPage, field: ChosenField): string {
  switch (field) {
    case "owner": return of.owner?.name ?? "";
    case "gender": return of.gender && of.gender !== "unknown" ? of.gender : "";
    case "address": {
      const { province, city, district, address } = of.address ?? { province: null, city: null, district: null, address: null };
      return [province === city ? null : province, city, district, address].filter(Boolean).join(" ");
    }
    default: return of[field] ?? "";
  }
}

export const rowsOf = (a: CustomerPage, b: CustomerPage): FieldRow[] =>
  chosenFields.map((field) => {
    const [left, right] = [valueOf(a, field), valueOf(b, field)];
    return { field, a: left, b: right, differ: left !== right, open: left !== "" && right !== "" && left !== right };
  }).filter((row) => row.a || row.b);

/** Who is kept unless a person says otherwise: who has more orders, else who is known longer. */
export function keptOf(a: CustomerPage, b: CustomerPage): Side {
  const orders = (b.orders?.count ?? 0) - (a.orders?.count ?? 0);
  if (orders !== 0) return orders > 0 ? "b" : "a";
  return b.created_at < a.created_at ? "b" : "a";
}

const titled = /(先生|女士|小姐|太太|老师)$|\*/;

/** Which side's value stays unless a person says otherwise: that of who is kept, but a full name beats a title. */
export function defaultOf(row: FieldRow, kept: Side): Side {
  if (!row[kept]) return kept === "a" ? "b" : "a";
  if (row.field === "name" && row.open) {
    const [a, b] = [titled.test(row.a), titled.test(row.b)];
    if (a !== b) return a ? "b" : "a";
  }
  return kept;
}

/** The fields to take from the one that is not kept. */
export const takenOf = (rows: FieldRow[], kept: Side, chosen: Partial<Record<ChosenField, Side>>): ChosenField[] =>
  rows.filter((row) => row.open && (chosen[row.field] ?? defaultOf(row, kept)) !== kept).map((row) => row.field);
