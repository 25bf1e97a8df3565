import { expect, it } from "vitest";
import { lastDayOf, levelOf } from "./steps";

it.each([
  ["2026-02-01", "month", "2026-02-28"],
  ["2024-02-01", "month", "2024-02-29"],
  ["2026-12-01", "month", "2026-12-31"],
  ["2026-10-01", "quarter", "2026-12-31"],
  ["2026-12-28", "week", "2027-01-03"],
] as const)("the %s %s ends on %s", (start, period, end) => expect(lastDayOf(start, period)).toBe(end));

it.each([
  ["everybody in the first step has no shade", 1, 0.6, 0, 0],
  ["nobody has no shade", 0, 0.6, 3, 0],
  ["the strongest is darkest", 0.6, 0.6, 1, 5],
  ["half is in the middle", 0.3, 0.6, 1, 3],
  ["a few are lightest", 0.01, 0.6, 1, 1],
])("%s", (_, value, most, step, level) => expect(levelOf(value, most, step)).toBe(level));
