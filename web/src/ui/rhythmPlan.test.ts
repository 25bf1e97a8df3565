import { describe, expect, it } from "vitest";
import { layRhythm } from "./rhythmPlan";

const yuan = (units: number) => ({ amount: units * 100, currency: "CNY" });
const lay = (orders: [string, number][], due: string | null, today = "2026-03-12") =>
  layRhythm({ orders: orders.map(([day, units]) => ({ day, amount: yuan(units) })), cycle_days: 31, due_day: due, silent_days: 58 }, today, 416, 66, true);

describe("the order rhythm", () => {
  it("draws one bar per order of the last twelve months and none before", () => {
    expect(lay([["2025-01-01", 100], ["2025-06-01", 100], ["2026-01-13", 100]], null).bars).toHaveLength(2);
  });
  it("tints the gap from the expected day to today: 27 days of 365", () => {
    const plan = lay([["2026-01-13", 100]], "2026-02-13");
    expect(plan.overdueDays).toBe(27);
    expect(plan.gap!.width / plan.now).toBeCloseTo(27 / 365, 5);
  });
  it("tints nothing while the expected day is still to come, and leaves room for it", () => {
    const plan = lay([["2026-03-01", 100]], "2026-04-01");
    expect(plan.gap).toBeNull();
    expect(plan.expected!.x).toBeGreaterThan(plan.now);
    expect(plan.expected!.x).toBeLessThan(416);
  });
  it("expects nothing of somebody without a rhythm", () => expect(lay([["2026-03-01", 100]], null).expected).toBeNull());
  it("keeps the smallest order visible beside the largest", () => {
    const [small, large] = lay([["2025-06-01", 1], ["2025-08-01", 10_000]], null).bars;
    expect(small!.height).toBeGreaterThan(large!.height / 5);
    expect(large!.height).toBeGreaterThan(small!.height);
  });
});
