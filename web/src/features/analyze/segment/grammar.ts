import type { Condition, EventCondition, EventInfo, FieldCondition, FieldInfo, Fields, Operator, SequenceCondition } from "../../../api";
import { leaves, write, type Group, type Single } from "./tree";

/** How a value is given: typed into the token, picked from a list, or not at all. */
export type Operand = "none" | "number" | "money" | "share" | "percent" | "days" | "day" | "text" | "one" | "many" | "boolean";

/** What a comparison is about: a field, a property of an event, or what is measured of an event. */
export type Compared = Pick<FieldInfo, "name" | "type" | "ops" | "values"> & { unit?: string | undefined };

const numeric = new Set<FieldInfo["type"]>(["number", "money", "share", "elapsed"]);
const dated = new Set<FieldInfo["type"]>(["day", "instant"]);

export const isNumeric = (of: Compared) => numeric.has(of.type);

export function operandOf(of: Compared, op: Operator): Operand {
  if (op === "is_set" || op === "is_not_set") return "none";
  if (op.endsWith("_days")) return "days";
  if (op.endsWith("_percent")) return "percent";
  if ((op === "in" || op === "not_in") && of.type !== "month_day") return "many";
  if (of.type === "month_day") return "text";
  if (of.type === "money" || of.type === "share") return of.type;
  if (numeric.has(of.type)) return "number";
  if (dated.has(of.type)) return "day";
  if (of.type === "boolean") return "boolean";
  if (op === "contains" && of.type === "set") return "one";
  return op === "contains" || op === "starts_with" ? "text" : "one";
}

/** The comparisons worth offering: a list of numbers is nothing anybody types. */
export const opsOf = (of: Compared): Operator[] =>
  of.ops.filter((op) => unpicked(of) ? op === "is_set" || op === "is_not_set" : (of.type === "boolean" ? op === "eq" || op === "is_set" || op === "is_not_set" : (!numeric.has(of.type) && of.type !== "month_day") || (op !== "in" && op !== "not_in")));

/** A reference with nothing to pick from: nobody types an id. */
const unpicked = (of: Compared) => of.type === "reference" && !of.values?.length;

const firstOp = (of: Compared): Operator => {
  const wish: Operator = numeric.has(of.type) ? "gte" : dated.has(of.type) ? "in_last_days" : of.type === "boolean" ? "eq" : of.values?.length ? "in" : "eq";
  const offered = opsOf(of);
  return offered.includes(wish) ? wish : (offered[0] ?? "eq");
};

const emptyOf = (operand: Operand, op: Operator): unknown => {
  if (operand === "none") return undefined;
  if (operand === "boolean") return true;
  if (operand === "days") return 30;
  if (operand === "percent") return 20;
  return operand === "many" ? [] : op === "between" ? [undefined, undefined] : undefined;
};

/** A new condition on a field, with the comparison people mean most often. */
export const freshField = (of: Compared): FieldCondition => {
  const op = firstOp(of);
  return compared({ field: of.name, op }, of, op);
};

/** A new condition on an event: at least once within a year. */
export const freshEvent = (of: EventInfo): EventCondition => ({ event: of.name, measure: "count", op: "gte", value: 1, window: { last_days: 365 } });

/** The same condition with another comparison; the value stays as far as it fits. */
export function compared<T extends { op: Operator; value?: unknown }>(is: T, of: Compared, op: Operator): T {
  const before = operandOf(of, is.op);
  const after = operandOf(of, op);
  const rest = { ...is, op } as T & { calendar?: "lunar" };
  delete rest.value;
  if (op !== "anniversary_in_days") delete rest.calendar;
  const was: unknown[] = Array.isArray(is.value) ? is.value : is.value === undefined ? [] : [is.value];
  const kin = before === after || (["one", "many", "text"].includes(before) && ["one", "many", "text"].includes(after));
  const value = !kin ? emptyOf(after, op) : after === "many" ? was : op === "between" ? [was[0], was[1]] : (was[0] ?? emptyOf(after, op));
  return value === undefined ? rest : { ...rest, value };
}

/** What a measure of an event compares like. */
export function measured(event: EventInfo | undefined, measure: string): Compared {
  const [name = "count", property] = measure.split(":");
  const numbers: Operator[] = ["eq", "ne", "in", "not_in", "gt", "gte", "lt", "lte", "between", "top_percent", "bottom_percent"];
  switch (name) {
    case "first": case "last": return { name, type: "instant", ops: ["in_last_days", "not_in_last_days", "eq", "ne", "gt", "gte", "lt", "lte", "between"] };
    case "ratio": return { name, type: "share", ops: numbers };
    case "sum": case "avg": case "min": case "max": {
      const of = event?.properties.find((each) => each.name === property);
      return { name, type: of?.type ?? "number", ops: numbers, unit: of?.unit };
    }
    default: return { name, type: "number", unit: name === "days" ? "days" : "times", ops: numbers };
  }
}

/** The same event with another measure; a ratio needs a window with ends. */
export function remeasured(is: EventCondition, event: EventInfo | undefined, measure: string): EventCondition {
  const of = measured(event, measure);
  const same = measured(event, is.measure).type === of.type;
  const op = same && of.ops.includes(is.op) ? is.op : measure === "ratio" ? "lte" : firstOp(of);
  const next = same ? { ...is, measure, op } : compared({ ...is, measure, op }, of, op);
  if (!same) {
    const value = measure === "ratio" ? 0.5 : emptyOf(operandOf(of, op), op);
    delete next.value;
    if (value !== undefined) next.value = value;
  }
  return measure === "ratio" && "all_time" in next.window ? { ...next, window: { last_days: 90 } } : next;
}

/** Two things done one after the other within a week: what a new sequence begins with. */
export const freshSequence = (): SequenceCondition => ({ sequence: [], within_days: 7, window: { last_days: 365 } });

/** What restricts an event, as a flat list, or null where it is deeper than the token can show. */
export function limits(is: EventCondition): { join: "all" | "any"; of: FieldCondition[] } | null {
  const { where } = is;
  if (!where) return { join: "all", of: [] };
  if ("field" in where) return { join: "all", of: [where] };
  const join = "all" in where ? "all" : "any" in where ? "any" : null;
  if (!join) return null;
  const of = "all" in where ? where.all : "any" in where ? where.any : [];
  return of.every((each): each is FieldCondition => "field" in each) ? { join, of } : null;
}

export function limited(is: EventCondition, join: "all" | "any", of: FieldCondition[]): EventCondition {
  const rest = { ...is };
  delete rest.where;
  const [only] = of;
  return of.length === 0 || !only ? rest : { ...rest, where: of.length === 1 ? only : join === "all" ? { all: of } : { any: of } };
}

/** What a single condition compares. */
export function comparedOf(is: Single, fields: Fields): Compared | undefined {
  if ("field" in is) return fields.fields.find((each) => each.name === is.field);
  if ("event" in is) return measured(fields.events.find((each) => each.name === is.event), is.measure);
  return undefined;
}

/** What a tree of limits asks, finished or not; one alone stands for itself, none is none. */
export function whereOf(root: Group): Condition | undefined {
  if (leaves(root).length === 0) return undefined;
  const { condition } = write(root, () => true);
  const list = "all" in condition ? condition.all : "any" in condition ? condition.any : [];
  const [only] = list;
  return list.length === 1 && only ? only : condition;
}
