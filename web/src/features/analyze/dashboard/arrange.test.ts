import { describe, expect, it } from "vitest";
import type { Tile } from "../../../api";
import { daysOf, daysText, freshKey, moved, sized } from "./arrange";

const tiles: Tile[] = ["a", "b", "c"].map((key) => ({ key, kind: "text", text: key, wide: 2, tall: 1 }));
const order = (of: Tile[]) => of.map((each) => each.key).join("");

describe("arranging tiles", () => {
  it.each([["a", 2, "bca"], ["c", 0, "cab"], ["b", 9, "acb"], ["b", -3, "bac"], ["x", 0, "abc"]])("%s to place %i gives %s", (key, to, want) => {
    expect(order(moved(tiles, key, to))).toBe(want);
  });
  it.each([[9, 9, [4, 3]], [0, -1, [1, 1]], [3, 2, [3, 2]]])("a tile asked to be %i by %i keeps within the grid", (wide, tall, want) => {
    const of = sized(tiles, "b", wide, tall)[1];
    expect([of?.wide, of?.tall]).toEqual(want);
  });
  it("finds a key that is free", () => {
    expect(freshKey([...tiles, { key: "t4", kind: "text", text: "", wide: 1, tall: 1 }])).toBe("t5");
  });
  it.each([["last_7_days", { span: "last_7_days" }], ["2026-01-01..2026-01-31", { from: "2026-01-01", to: "2026-01-31" }], ["own", {}]])("reads and writes %s", (text, days) => {
    expect(daysOf(text, { span: "this_year" })).toEqual(days);
    expect(daysText(days)).toBe(text);
  });
  it("takes the saved days where the address says none", () => {
    expect(daysOf(undefined, { span: "this_year" })).toEqual({ span: "this_year" });
  });
});
