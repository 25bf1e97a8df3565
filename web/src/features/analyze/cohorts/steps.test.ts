import { expect, it } from "vitest";
import { lastDayOf, levelOf } from "./steps";

it.each([
  ["2026-02-01", "month", "2026-02-28"],
  ["2024-02-01", "month", "2024-02-29"],
  ["2026-12-01", "month", "2026-12-31"],
  ["2026-10-01", "quarter", "2026-12-31"],
  ["2026-12-28", "week", "2027-01-03"],
] as const)("the %s %s ends on %s", (start, period, end) => expect(lastDayOf(start, period)).toBe(end));

it.each<[string, number, [number, number], number, number]>([
  ["everybody in the first step has no shade", 1, [0.2, 0.6], 0, 0],
  ["nobody has no shade", 0, [0.2, 0.6], 3, 0],
  ["the strongest is darkest", 0.6, [0.2, 0.6], 1, 5],
  ["half-way is in the middle", 0.4, [0.2, 0.6], 1, 3],
  ["the weakest is lightest", 0.2, [0.2, 0.6], 1, 1],
  ["all alike are in the middle", 0.5, [0.5, 0.5], 1, 3],
])("%s", (_, value, range, step, level) => expect(levelOf(value, range, step)).toBe(level));
