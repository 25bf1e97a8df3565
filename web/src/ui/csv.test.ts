import { expect, it } from "vitest";
import { csvText } from "./csv";

it.each([
  ["a comma is quoted", ["上海, 静安"], '"上海, 静安"'],
  ["a quote is doubled", ['15" screen'], '"15"" screen"'],
  ["a formula stays text", ["=HYPERLINK(1)"], "'=HYPERLINK(1)"],
  ["a negative number stays a number", [-5], "-5"],
  ["a missing value is empty", [null, 0], ",0"],
])("%s", (_, row, text) => expect(csvText([row])).toBe(text));
