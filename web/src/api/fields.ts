import { get } from "./client";
import type { Operator, Said } from "./shapes";

/** One field a condition may use: what the reader may filter, sort and group by. */
export interface FieldInfo {
  name: string;
  type: "text" | "choice" | "number" | "money" | "share" | "boolean" | "day" | "instant" | "elapsed" | "set" | "reference" | "custom" | "month_day";
  unit?: string;
  label: Said;
  ops: Operator[];
  values?: { value: string; label: Said }[];
}

/** One kind of event a condition may count, with its properties. */
export interface EventInfo {
  name: string;
  label: Said;
  /** Such as count, last, ratio, sum:amount. */
  measures: string[];
  properties: FieldInfo[];
}

export interface Fields {
  fields: FieldInfo[];
  events: EventInfo[];
}

export const readFields = () => get<Fields>("/fields");
