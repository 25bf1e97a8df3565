import { describe, expect, it } from "vitest";
import type { OwnField } from "../../../api";
import { finds } from "./AddressInput";
import { addressLine, givenValue, typedValue } from "./own";

const field = (type: OwnField["type"], unit = ""): OwnField =>
  ({ key: "f", label: { "zh-CN": "f", "en-US": "f" }, applies_to: "both", type, unit, purpose: "", sensitivity: "normal", retention_days: null, required_at: [], values: [], group: "", position: 0, archived: false, right: "write", version: 1 });
const exponent = (currency: string) => (currency === "JPY" ? 0 : 2);

describe("what a form holds is sent as the field's type", () => {
  it.each<[string, OwnField, string[], unknown]>([
    ["nothing clears", field("text"), ["  "], null],
    ["a text without blanks at its ends", field("text"), [" a b "], "a b"],
    ["a number with thousands", field("number"), ["1,234.5"], 1234.5],
    ["what is no number goes as it is, for the server to say so", field("number"), ["tall"], "tall"],
    ["an amount in minor units", field("money", "CNY"), ["1,999.99"], { amount: 199999, currency: "CNY" }],
    ["a currency without cents", field("money", "JPY"), ["500"], { amount: 500, currency: "JPY" }],
    ["yes", field("boolean"), ["true"], true],
    ["no", field("boolean"), ["false"], false],
    ["several choices", field("choices"), ["tea", "art"], ["tea", "art"]],
    ["no choice", field("choices"), [], null],
    ["a day of every year", field("month_day"), ["03-08"], "03-08"],
  ])("%s", (_, of, texts, want) => expect(givenValue(of, texts, exponent)).toEqual(want));
});

it("an amount comes back into its input as it was typed", () => {
  expect(typedValue({ amount: 199999, currency: "CNY" }, exponent)).toBe("1999.99");
  expect(typedValue(false, exponent)).toBe("false");
  expect(typedValue(null, exponent)).toBe("");
});

describe("an address is written as it is written where it is", () => {
  it.each([
    [{ province: "广东", city: "深圳", district: "南山区", address: "科技园1号", postcode: "518057" }, "广东深圳南山区科技园1号 518057"],
    [{ province: "上海", city: "上海", district: "静安区" }, "上海静安区"],
    [{ country: "United Kingdom", city: "Dover", address: "1 High St" }, "1 High St, Dover, United Kingdom"],
  ])("%j", (of, want) => expect(addressLine(of)).toBe(want));
});

it("places are found by their names, pinyin and initials, level by level", () => {
  const path = [{ value: "广东", name: "广东省", keys: ["guangdong", "gd"] }, { value: "深圳", name: "深圳市", keys: ["shenzhen", "sz"] }, { value: "南山区", name: "南山区", keys: ["nanshan", "ns"] }];
  for (const typed of ["nanshan", "深圳", "gd sz", "广东省深圳市", "NS"]) expect(finds(typed, path)).toBe(true);
  for (const typed of ["beijing", "gd hz"]) expect(finds(typed, path)).toBe(false);
});
