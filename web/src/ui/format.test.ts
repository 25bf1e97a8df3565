import { describe, expect, it } from "vitest";
import { formatFor, type Place } from "./format";

const now = Date.parse("2026-03-12T01:05:00Z"); // 09:05 in Shanghai
const at = (language: Place["language"]) => formatFor({ language, timeZone: "Asia/Shanghai", currency: "CNY", now: () => now });
const zh = at("zh-CN");
const en = at("en-US");
const yuan = (units: number) => ({ amount: Math.round(units * 100), currency: "CNY" });

// The rows are the table "Numbers" of the design notes.
describe("numbers", () => {
  it.each([
    [0, "0", "0"],
    [1284, "1,284", "1,284"],
    [99_999, "99,999", "99,999"],
    [128_000, "12.8 万", "128K"],
    [2_200_000, "220 万", "2.2M"],
    [12_340_000, "1,234 万", "12.3M"],
    [106_000_000, "1.06 亿", "106M"],
    [1_060_000_000, "10.6 亿", "1.06B"],
    [-128_000, "−12.8 万", "−128K"],
  ])("%d is %s and %s", (value, chinese, english) => {
    expect(zh.short(value)).toBe(chinese);
    expect(en.short(value)).toBe(english);
  });
  it("counts people in full, whatever their number", () => expect(zh.count(1_000_000)).toBe("1,000,000"));
  it("writes a missing figure as a dash and zero as 0", () => {
    expect(zh.count(null)).toBe("—");
    expect(zh.count(0)).toBe("0");
  });
});

describe("money", () => {
  it.each([
    [23_400, "¥23,400", "¥23,400"],
    [59.9, "¥59.90", "¥59.90"],
    [100.4, "¥100", "¥100"],
    [0, "¥0", "¥0"],
    [-320, "−¥320", "−¥320"],
    [128_000, "¥12.8 万", "¥128K"],
  ])("%d yuan is %s and %s", (units, chinese, english) => {
    expect(zh.money(yuan(units))).toBe(chinese);
    expect(en.money(yuan(units))).toBe(english);
  });
  it("keeps a column without decimals where asked", () => expect(zh.money(yuan(59.9), "whole")).toBe("¥60"));
  it("knows currencies without minor units", () => expect(en.money({ amount: 1999, currency: "JPY" })).toBe("¥1,999"));
  it("shows every minor unit on hover", () => expect(zh.moneyExact(yuan(128_000.5))).toBe("¥128,000.50"));
});

describe("shares", () => {
  it.each([
    [0.718, "71.8%"],
    [0.36, "36%"],
    [0, "0%"],
  ])("%d is %s", (value, text) => expect(zh.share(value)).toBe(text));
  it("tells a change of a share in points", () => {
    expect(zh.shareChange(0.056)).toBe("+5.6 点");
    expect(en.shareChange(-0.056)).toBe("−5.6 pt");
    expect(zh.shareChange(0)).toBe("0 点");
  });
});

describe("instants", () => {
  it.each([
    ["2026-03-12T00:47:00Z", "今天 08:47", "Today 08:47"],
    ["2026-03-09T11:22:00Z", "3月9日", "Mar 9"],
    ["2024-11-02T04:00:00Z", "2024年11月", "Nov 2024"],
    ["2026-03-12", "今天", "Today"],
    ["2026-02-13", "2月13日", "Feb 13"],
  ])("%s is %s and %s", (instant, chinese, english) => {
    expect(zh.when(instant)).toBe(chinese);
    expect(en.when(instant)).toBe(english);
  });
  it("takes the company's day, not the reader's: 23:30 UTC is tomorrow in Shanghai", () => expect(zh.dayOf("2026-03-11T23:30:00Z")).toBe("2026-03-12"));
  it("keeps a civil day in zones far from UTC", () => {
    const far = formatFor({ language: "zh-CN", timeZone: "Pacific/Auckland", currency: "NZD", now: () => now });
    expect(far.monthDay("2026-02-13")).toBe("2月13日");
  });
  it("counts civil days over month ends", () => expect(zh.daysBetween("2026-02-13", "2026-03-12")).toBe(27));
});

describe("spans", () => {
  it.each([
    [38, "38 分钟", "38 min"],
    [582, "9 小时 42 分", "9 h 42 min"],
    [120, "2 小时", "2 h"],
    [58 * 1440, "58 天", "58 days"],
  ])("%d minutes are %s and %s", (minutes, chinese, english) => {
    expect(zh.span(minutes)).toBe(chinese);
    expect(en.span(minutes)).toBe(english);
  });
  it("counts one day in the singular", () => expect(en.days(1)).toBe("1 day"));
});

it("sorts Chinese names by pinyin", () => expect(["周敏", "陈思远", "林婉清"].sort(zh.compare)).toEqual(["陈思远", "林婉清", "周敏"]));
