import { act, renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { TodayItem } from "../../api";
import { meant, steady, useSteady } from "./steady";

const row = (id: string, rank: number, more: object = {}) => ({ id, rank, fits_today: true, pinned: false, score: 1, ...more }) as TodayItem;
const seen = [row("a", 1), row("b", 2), row("c", 3)];
const ids = (items: TodayItem[]) => items.map((item) => item.id).join("");

describe("a list somebody works in", () => {
  it.each([
    ["keeps its order when scores change places", [row("c", 1), row("a", 2), row("b", 3)], "abc", "", 3],
    ["keeps a row that is dealt with, and marks it", [row("a", 1), row("c", 2)], "abc", "b", 1],
    ["lets no new row in between", [row("n", 1), row("a", 2), row("b", 3), row("c", 4)], "abc", "", 1],
    ["says nothing waits when nothing moved", [row("a", 1), row("b", 2), row("c", 3)], "abc", "", 0],
  ])("%s", (_, fresh, order, over, waiting) => {
    const now = steady(seen, fresh);
    expect([ids(now.items), [...now.over].join(""), now.waiting]).toEqual([order, over, waiting]);
  });
  it("shows new figures at the old place", () => {
    const [first] = steady(seen, [row("b", 1), row("a", 2, { score: 9, fits_today: false })]).items;
    expect(first).toMatchObject({ id: "a", score: 9, rank: 1, fits_today: true });
  });
});

describe("useSteady", () => {
  const start = (held: boolean) => renderHook(({ items, held: now }) => useSteady(items, now), { initialProps: { items: seen, held } });
  it("moves freely while nobody is in it", () => {
    const { result, rerender } = start(false);
    rerender({ items: [row("c", 1)], held: false });
    expect(ids(result.current.items)).toBe("c");
  });
  it("holds still until the reader lets go", () => {
    const { result, rerender } = start(true);
    rerender({ items: [row("c", 1)], held: true });
    expect([ids(result.current.items), result.current.waiting]).toEqual(["abc", 2]);
    rerender({ items: [row("c", 1)], held: false });
    expect(ids(result.current.items)).toBe("c");
  });
  it("moves when asked, and holds again", () => {
    const { result, rerender } = start(true);
    const fresh = [row("c", 1), row("a", 2)];
    rerender({ items: fresh, held: true });
    act(() => result.current.settle());
    expect([ids(result.current.items), result.current.waiting]).toEqual(["ca", 0]);
  });
});

describe("the row that keys mean", () => {
  const moved = [row("c", 1), row("a", 2), row("b", 3)];
  it.each([
    ["is the first at the beginning", undefined, undefined, "c"],
    ["stays the one worked with when another becomes the first", undefined, "a", "a"],
    ["is the chosen one before that", "b", "a", "b"],
    ["is the first again when it is gone", "gone", "gone too", "c"],
  ])("%s", (_, chosen, held, id) => expect(meant(moved, chosen, held)?.id).toBe(id));
  it("is none of an empty list", () => expect(meant([], "a", "b")).toBeUndefined());
});
