import { describe, expect, it } from "vitest";
import type { Cross } from "../../../api";
import { depthOf, gridOf } from "./grid";

const said = (text: string) => ({ "zh-CN": text, "en-US": text });
const measure = { metric: "orders", label: said("orders"), definition: said(""), unit: "count" as const, good: 1, additive: true, steady: false };
const a = { key: "a", label: said("a") }, none = { key: null, label: said("") }, x = { key: "x", label: said("x") }, others = { key: null, label: said(""), other: true };
const cross = (more: Partial<Cross>): Cross => ({ from: "2026-01-01", to: "2026-01-31", measures: [measure], dimensions: [], steps: [], rows: [], total: { parts: [], values: [9] }, as_of: "", ...more });

describe("gridOf", () => {
  it("crosses two dimensions, tells what nothing is known of from the others, and names each cell", () => {
    const grid = gridOf(cross({
      dimensions: [{ name: "shop", label: said("shop") }, { name: "city", label: said("city") }],
      rows: [{ parts: [a, x], values: [4] }, { parts: [none, others], values: [5] }], first: [{ parts: [a], values: [4] }, { parts: [none], values: [5] }], second: [{ parts: [x], values: [4] }, { parts: [others], values: [5] }],
    }));
    expect([grid?.at(0, 0), grid?.at(0, 1), grid?.at(1, 1), grid?.ofRow(1), grid?.ofColumn(0), grid?.total]).toEqual([4, null, 5, 5, 4, 9]);
    expect(grid?.cell(0, 1)).toEqual({ measure: 0, parts: [{ key: "a" }, { other: true }] });
    expect(grid?.cell(1, null)).toEqual({ measure: 0, parts: [{}, { all: true }] });
  });
  it("crosses one dimension with the calendar", () => {
    const grid = gridOf(cross({ by: "month", steps: ["2026-01-01", "2026-02-01"], dimensions: [{ name: "shop", label: said("shop") }], rows: [{ parts: [a], values: [3], series: [[1, 2]] }], total: { parts: [], values: [3], series: [[1, 2]] } }));
    expect([grid?.at(0, 1), grid?.ofColumn(0)]).toEqual([2, 1]);
    expect(grid?.cell(0, 1)).toEqual({ measure: 0, parts: [{ key: "a" }], at: "2026-02-01" });
  });
  it("is none where there is one way to read only", () => expect(gridOf(cross({}))).toBeNull());
});

describe("depthOf", () => {
  it.each([[null, 0], [0, 0], [1, 1], [50, 3], [100, 5]])("%s of a hundred is %s", (value, depth) => expect(depthOf(value, 0, 100)).toBe(depth));
  it("colours nothing where all is one", () => expect(depthOf(3, 3, 3)).toBe(0));
});
