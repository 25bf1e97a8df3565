import type { Condition } from "../../api";

/** The conditions a filter joins; one that is no "all" stands for itself. */
export const parts = (filter: Condition | undefined): Condition[] => (!filter ? [] : "all" in filter ? filter.all : [filter]);

/** Conditions as one filter: none, the one itself, or all of them. */
export const joined = (conditions: Condition[]): Condition | undefined => (conditions.length > 1 ? { all: conditions } : conditions[0]);

export const same = (a: Condition, b: Condition) => JSON.stringify(a) === JSON.stringify(b);

export const without = (conditions: Condition[], gone: Condition) => conditions.filter((each) => !same(each, gone));
