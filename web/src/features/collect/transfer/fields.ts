import type { ExportField } from "../../../api";

/** The columns taken unless somebody says otherwise. */
export const chooseUsual = (fields: ExportField[]) => fields.filter((field) => field.usual).map((field) => field.name);

/** The columns under their headings, in the order the headings first come. */
export function groupsOf(fields: ExportField[]): [ExportField["group"], ExportField[]][] {
  const groups = new Map<ExportField["group"], ExportField[]>();
  for (const field of fields) groups.set(field.group, [...(groups.get(field.group) ?? []), field]);
  return [...groups];
}
