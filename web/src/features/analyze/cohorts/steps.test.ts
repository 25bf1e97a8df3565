import { describe, expect, it } from "vitest";
import type { Condition } from "../../../api";
import { behind, levelOf } from "./steps";

describe("the customers behind a cell", () => {
  const jan: Condition = { field: "orders.first_at", op: "between", value: ["2026-01-01", "2026-01-31"] };
  const vip: Condition = { all: [{ segment: "7" }, jan] };
  const back = (from: string): Condition => ({ event: "order_placed", measure: "count", op: "gte", value: 1, window: { from, to: from } });
  const cohort = (members: Condition) => ({ start: "", size: 1, counts: [], values: [], members });
  const of = { cohorts: [cohort(jan), cohort(vip)], steps: [0, 1, 2].map((at) => ({ start: "", returned: back(`2026-0${at + 1}-01`) })) };
  it.each<[string, number, number, Condition]>([
    ["the first step is the cohort itself", 0, 0, jan],
    ["a later step is the cohort and the calendar's step", 0, 2, { all: [jan, back("2026-03-01")] }],
    ["the second cohort begins one step later", 1, 1, { all: [{ segment: "7" }, jan, back("2026-03-01")] }],
  ])("%s", (_, row, step, filter) => expect(behind(of, row, step)).toEqual(filter));
});

it.each<[string, number, [number, number], number, number]>([
  ["everybody in the first step has no shade", 1, [0.2, 0.6], 0, 0],
  ["nobody has no shade", 0, [0.2, 0.6], 3, 0],
  ["the strongest is darkest", 0.6, [0.2, 0.6], 1, 5],
  ["half-way is in the middle", 0.4, [0.2, 0.6], 1, 3],
  ["the weakest is lightest", 0.2, [0.2, 0.6], 1, 1],
  ["all alike are in the middle", 0.5, [0.5, 0.5], 1, 3],
])("%s", (_, value, range, step, level) => expect(levelOf(value, range, step)).toBe(level));
