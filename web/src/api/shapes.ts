/** Shapes that many nouns share. Ids are strings, instants RFC 3339 in UTC, days YYYY-MM-DD, shares 0 to 1. */

/** An amount in minor units: 1999 CNY is ¥19.99. */
export interface Money {
  amount: number;
  currency: string;
}

export type Language = "zh-CN" | "en-US";

/** One text in both languages of the product. */
export type Said = Record<Language, string>;

/** A person or team, as far as a row has to name it. */
export interface Named {
  id: string;
  name: string;
}

/** One page of a list. No next_cursor means this was the last. */
export interface List<T> {
  items: T[];
  next_cursor?: string;
  total?: number | null;
}

/** What every list takes. `filter` is a condition as JSON text. */
export interface ListQuery {
  limit?: number | undefined;
  cursor?: string | undefined;
  sort?: string | undefined;
  filter?: string | undefined;
  total?: boolean | undefined;
}

/** What the reader may do with one field. */
export type Right = "none" | "masked" | "read" | "write";

/** The condition language: segments, filters, branches and alerts. */
export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | FieldCondition
  | EventCondition
  | SequenceCondition
  | { segment: string }
  | { tag: string }
  | { list: string };

export interface FieldCondition {
  field: string;
  op: Operator;
  value?: unknown;
  /** Of an anniversary; without it that of the civil calendar. */
  calendar?: "lunar";
}

export interface EventCondition {
  event: string;
  where?: Condition;
  measure: string;
  op: Operator;
  value?: unknown;
  window: Window;
}

/** Events one after the other, the last within so many days of the first, with none of `without` in between. */
export interface SequenceCondition {
  sequence: { event: string; where?: Condition }[];
  within_days: number;
  without?: { event: string; where?: Condition }[];
  window?: Window;
}

export type Window = { last_days: number } | { from: string; to: string } | { all_time: true };

export type Operator =
  | "eq" | "ne" | "in" | "not_in" | "gt" | "gte" | "lt" | "lte" | "between" | "contains" | "starts_with"
  | "is_set" | "is_not_set" | "in_last_days" | "not_in_last_days" | "anniversary_in_days" | "top_percent" | "bottom_percent";
