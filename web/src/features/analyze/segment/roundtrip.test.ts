import { describe, expect, it } from "vitest";
import type { Condition, FieldCondition, SequenceCondition } from "../../../api";
import { whereOf } from "./grammar";
import { read, write } from "./tree";

/** Numbers below n, the same ones in every run. */
function dice(seed: number) {
  let state = seed;
  return (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

type Dice = ReturnType<typeof dice>;

const one = <T,>(roll: Dice, of: readonly T[]): T => of[roll(of.length)] as T;
const several = <T,>(roll: Dice, least: number, most: number, make: () => T): T[] => Array.from({ length: least + roll(most - least + 1) }, make);

/** Any condition of the language: every sort of leaf, in groups as deep as asked. */
function condition(roll: Dice, depth: number): Condition {
  if (depth > 0 && roll(3) > 0) {
    switch (roll(3)) {
      case 0: return { all: several(roll, 0, 3, () => condition(roll, depth - 1)) };
      case 1: return { any: several(roll, 1, 3, () => condition(roll, depth - 1)) };
      default: return { not: condition(roll, depth - 1) };
    }
  }
  switch (roll(6)) {
    case 0: return { tag: one(roll, ["vip", "勿扰"]) };
    case 1: return roll(2) ? { segment: String(1 + roll(9)) } : { list: String(1 + roll(9)) };
    case 2: return sequence(roll);
    case 3: return {
      event: one(roll, ["order_placed", "加入购物车 now"]), ...(roll(2) ? { where: where(roll, 3) } : {}), measure: one(roll, ["count", "days", "sum:amount", "avg:amount", "first", "last", "ratio"]), op: one(roll, ["gte", "lte", "between", "in", "top_percent"] as const),
      value: one(roll, [3, 0, 0.4, [1, 5]]), window: one(roll, [{ last_days: 30 }, { from: "2026-01-01", to: "2026-03-31" }, { all_time: true }] as const),
    };
    default: return field(roll);
  }
}

function field(roll: Dice): FieldCondition {
  return one<FieldCondition>(roll, [
    { field: "city", op: "in", value: ["上海市", "York"] }, { field: "orders.total", op: "top_percent", value: 12.5 }, { field: "birthday", op: "anniversary_in_days", value: 7, calendar: "lunar" },
    { field: "age", op: "not_in", value: [18, 30] }, { field: "custom.level", op: "in", value: [1, 2] }, { field: "has_phone", op: "eq", value: false }, { field: "company", op: "is_not_set" }, { field: "rfm.recency_days", op: "gte", value: 0 },
  ]);
}

function where(roll: Dice, depth: number): Condition {
  if (depth === 0 || roll(2)) return field(roll);
  const inside = () => where(roll, depth - 1);
  return one<() => Condition>(roll, [() => ({ all: several(roll, 0, 3, inside) }), () => ({ any: several(roll, 1, 3, inside) }), () => ({ not: inside() })])();
}

function sequence(roll: Dice): SequenceCondition {
  const step = () => ({ event: one(roll, ["page_viewed", "order_placed"]), ...(roll(2) ? { where: where(roll, 2) } : {}) });
  return { sequence: several(roll, 1, 4, step), within_days: 1 + roll(90), ...(roll(2) ? { without: several(roll, 1, 2, step) } : {}), window: one(roll, [{ last_days: 30 }, { all_time: true }] as const) };
}

/** The single conditions in order, word by word. */
function words(of: Condition): string[] {
  if ("all" in of) return of.all.flatMap(words);
  if ("any" in of) return of.any.flatMap(words);
  return "not" in of ? words(of.not) : [JSON.stringify(of)];
}

/** Whether it holds for somebody for whom exactly those single conditions hold that `truth` has. */
function holds(of: Condition, truth: ReadonlySet<string>): boolean {
  if ("all" in of) return of.all.every((each) => holds(each, truth));
  if ("any" in of) return of.any.some((each) => holds(each, truth));
  return "not" in of ? !holds(of.not, truth) : truth.has(JSON.stringify(of));
}

function means(after: Condition, before: Condition, roll: Dice) {
  expect(words(after)).toEqual(words(before));
  for (let chance = 0; chance < 8; chance++) {
    const truth = new Set(words(before).filter(() => roll(2)));
    expect(holds(after, truth)).toBe(holds(before, truth));
  }
}

describe("a condition of any kind", () => {
  it("comes back from the builder as it went in", () => {
    const roll = dice(20261122);
    for (let n = 0; n < 2000; n++) {
      const is = condition(roll, 4);
      const { condition: back, places } = write(read(is));
      means(back, is, roll);
      expect(new Set(places.values()).size, "every leaf has a place of its own").toBe(places.size);
      means(write(read(back)).condition, is, roll);
    }
  });
  it("comes back from the limits of an event as it went in", () => {
    const roll = dice(4711);
    for (let n = 0; n < 2000; n++) {
      const is = where(roll, 4);
      means(whereOf(read(is)) ?? { all: [] }, is, roll);
    }
  });
});
