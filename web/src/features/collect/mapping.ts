import type { ImportField, Mapping } from "../../api";

/** Fields that often hold for a whole file and stand in none of its columns. */
const fixable = ["currency", "shop", "source", "status"];

export const constantFields = (fields: ImportField[]) => fields.filter(({ name }) => fixable.includes(name));

/** Required fields without a column or a fixed value. */
export function missingFields(fields: ImportField[], mapping: Mapping): ImportField[] {
  const given = new Set([...Object.values(mapping.columns ?? {}), ...Object.keys(mapping.constants ?? {})]);
  return fields.filter((field) => field.required && !given.has(field.name));
}

/** The columns with `header` becoming `field`, or left out; a field has one column, so another one lets go of it. */
export function withColumn(columns: Record<string, string>, header: string, field: string | undefined): Record<string, string> {
  const rest = Object.entries(columns).filter(([each, to]) => each !== header && to !== field);
  return Object.fromEntries(field ? [...rest, [header, field]] : rest);
}
