import { describe, expect, it } from "vitest";
import { tiles, tint } from "./tiles";

describe("tiles of provinces", () => {
  it("has one for each of the 34, none on another", () => {
    const places = Object.values(tiles).map(([column, row]) => `${column} ${row}`);
    expect(places).toHaveLength(34);
    expect(new Set(places).size).toBe(34);
  });

  it("keeps neighbours in their order: Heilongjiang north of Hainan, Xinjiang west of Shanghai", () => {
    expect(tiles["黑龙江"]![1]).toBeLessThan(tiles["海南"]![1]);
    expect(tiles["新疆"]![0]).toBeLessThan(tiles["上海"]![0]);
  });

  it("tints more where there are more, nothing where there is nobody, never so much that words cannot be read", () => {
    expect(tint(0, 90)).toBe(0);
    expect(tint(1, 90)).toBeLessThan(tint(30, 90));
    expect(tint(90, 90)).toBeLessThan(0.5);
  });
});
