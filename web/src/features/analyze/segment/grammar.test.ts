import { describe, expect, it } from "vitest";
import type { Condition, EventInfo, FieldCondition, FieldInfo } from "../../../api";
import { compared, freshField, limited, limits, operandOf, opsOf, remeasured, whereOf } from "./grammar";
import { append, group, leaf, read, remove, setJoin, type Group } from "./tree";

const said = (text: string) => ({ "zh-CN": text, "en-US": text });
const city: FieldInfo = { name: "city", type: "text", label: said("city"), ops: ["eq", "ne", "in", "not_in", "contains", "is_set"], values: [{ value: "上海市", label: said("上海市") }] };
const age: FieldInfo = { name: "age", type: "elapsed", unit: "years", label: said("age"), ops: ["eq", "gt", "gte", "lt", "lte", "between", "is_set"] };
const born: FieldInfo = { name: "birthday", type: "day", label: said("birthday"), ops: ["eq", "gt", "between", "in_last_days", "anniversary_in_days"] };
const nameDay: FieldInfo = { name: "custom.name_day", type: "month_day", label: said("name day"), ops: ["eq", "in", "anniversary_in_days", "is_set"] };
const broughtBy: FieldInfo = { name: "custom.brought_by", type: "reference", label: said("brought by"), ops: ["eq", "in", "is_set", "is_not_set"] };
const total: FieldInfo = { name: "orders.total", type: "money", label: said("total"), ops: ["gte", "between"] };
const ordered: EventInfo = { name: "order_placed", label: said("order"), measures: ["count", "last", "ratio", "sum:amount"], properties: [{ ...total, name: "amount" }] };

describe("how a value is given", () => {
  it.each([
    ["a city is one of a list", operandOf(city, "eq"), "one"],
    ["cities are several", operandOf(city, "in"), "many"],
    ["a part of a city is typed", operandOf(city, "contains"), "text"],
    ["an age is a number", operandOf(age, "gte"), "number"],
    ["money is money", operandOf(total, "gte"), "money"],
    ["a birthday draws near within days", operandOf(born, "anniversary_in_days"), "days"],
    ["a birthday lies after a day", operandOf(born, "gt"), "day"],
    ["a day of every year is typed", operandOf(nameDay, "eq"), "text"],
    ["a day of every year draws near within days", operandOf(nameDay, "anniversary_in_days"), "days"],
    ["presence needs nothing", operandOf(age, "is_set"), "none"],
  ])("%s", (_, is, expected) => expect(is).toBe(expected));
});

describe("the comparisons offered", () => {
  it.each([
    ["nobody types a list of days of the year", opsOf(nameDay), ["eq", "anniversary_in_days", "is_set"]],
    ["nobody types the id of another customer", opsOf(broughtBy), ["is_set", "is_not_set"]],
    ["a reference with names to pick from is picked", opsOf({ ...broughtBy, values: [{ value: "1", label: said("Lin") }] }), ["eq", "in", "is_set", "is_not_set"]],
  ])("%s", (_, ops, expected) => expect(ops).toEqual(expected));
  it("a new condition begins with one that is offered", () => expect(freshField(broughtBy)).toEqual({ field: "custom.brought_by", op: "is_set" }));
});

describe("another comparison", () => {
  it.each<[string, FieldInfo, FieldCondition, FieldCondition["op"], unknown]>([
    ["one becomes the first of several", city, { field: "city", op: "eq", value: "上海市" }, "in", ["上海市"]],
    ["several become the first", city, { field: "city", op: "in", value: ["上海市", "北京市"] }, "eq", "上海市"],
    ["a bound becomes the lower end", age, { field: "age", op: "gte", value: 18 }, "between", [18, undefined]],
    ["a range becomes its lower end", age, { field: "age", op: "between", value: [18, 30] }, "gte", 18],
    ["presence drops the value", age, { field: "age", op: "gte", value: 18 }, "is_set", undefined],
    ["days are no day", born, { field: "birthday", op: "in_last_days", value: 30 }, "gt", undefined],
  ])("%s", (_, of, is, op, value) => expect(compared(is, of, op).value).toEqual(value));
});

it("begins with the comparison people mean", () => {
  expect(freshField(city)).toEqual({ field: "city", op: "in", value: [] });
  expect(freshField(age)).toEqual({ field: "age", op: "gte" });
  expect(freshField(born)).toEqual({ field: "birthday", op: "in_last_days", value: 30 });
});

describe("another measure", () => {
  const often = { event: "order_placed", measure: "count", op: "gte", value: 3, window: { all_time: true } } as const;
  it("keeps a number a number", () => expect(remeasured(often, ordered, "days")).toMatchObject({ measure: "days", op: "gte", value: 3 }));
  it("does not take a count for money", () => expect(remeasured(often, ordered, "sum:amount")).toEqual({ event: "order_placed", measure: "sum:amount", op: "gte", window: { all_time: true } }));
  it("compares the last time by days", () => expect(remeasured(often, ordered, "last")).toMatchObject({ op: "in_last_days", value: 30 }));
  it("gives a ratio a window with ends", () => expect(remeasured(often, ordered, "ratio")).toMatchObject({ op: "lte", value: 0.5, window: { last_days: 90 } }));
});

describe("what restricts an event", () => {
  const skin: FieldCondition = { field: "category", op: "eq", value: "护肤" };
  const bought = { event: "item_purchased", measure: "count", op: "gte", value: 1, window: { all_time: true } } as const;
  it("is a list", () => expect(limits({ ...bought, where: { any: [skin, skin] } })).toEqual({ join: "any", of: [skin, skin] }));
  it("is nothing the token shows when it is deeper", () => expect(limits({ ...bought, where: { not: skin } })).toBeNull());
  it("goes when the last one goes", () => expect(limited({ ...bought, where: skin }, "all", [])).toEqual(bought));
  it("stands alone when it is one", () => expect(limited(bought, "any", [skin])).toEqual({ ...bought, where: skin }));
});

describe("limits in groups", () => {
  const skin: FieldCondition = { field: "category", op: "eq", value: "护肤" };
  const dear: FieldCondition = { field: "amount", op: "gte", value: 10000 };
  it.each<[string, Condition]>([
    ["one", skin],
    ["two together", { all: [skin, dear] }],
    ["one or a group", { any: [dear, { all: [skin, dear] }] }],
    ["an exclusion in a group in a group", { all: [dear, { any: [skin, { not: { any: [skin, dear] } }] }] }],
    ["a bare exclusion", { not: skin }],
  ])("come back as they were read: %s", (_, where) => expect(whereOf(read(where))).toEqual(where));
  it("are none without a single limit, whatever groups there are", () => expect(whereOf(append(read(undefined), read(undefined).id, group("any")))).toBeUndefined());
  it("grow deeper, change their join and shrink again", () => {
    let root = read(skin);
    root = append(root, root.id, group("any", [leaf(dear)]));
    expect(whereOf(root)).toEqual({ all: [skin, { any: [dear] }] });
    root = setJoin(root, root.id, "any");
    expect(whereOf(root)).toEqual({ any: [skin, { any: [dear] }] });
    expect(whereOf(remove(root, (root.of[1] as Group).id))).toEqual(skin);
  });
});
