import { expect, it } from "vitest";
import { boundsOf, cutsOf, shadeOf } from "./cells";

it.each([
  ["the first band is open below", 1, null, 10],
  ["a middle band", 3, 20, 55],
  ["the last band is open above", 5, 155, null],
])("%s", (_, band, low, high) => expect(boundsOf([10, 19, 55, 154], band)).toEqual({ low, high }));

it.each<[string, number[] | null]>([
  ["10, 19, 55, 154", [10, 19, 55, 154]],
  ["10，19，55，154", [10, 19, 55, 154]],
  ["  ", []],
  ["10, 19, 55", null],
  ["10, 9, 55, 154", null],
  ["a, b, c, d", null],
])("%s is read", (text, cuts) => expect(cutsOf(text)).toEqual(cuts));

it.each([[0, 0], [1, 1], [25, 3], [100, 5]])("%d of 100 has shade %d", (value, shade) => expect(shadeOf(value, 100)).toBe(shade));
