import { describe, expect, it } from "vitest";
import type { Condition } from "../../../api";
import { append, complete, group, isGroup, leaf, leaves, read, remove, setJoin, setLeaf, setNot, write, type Group, type Single } from "./tree";

const gold: Single = { tag: "金卡" };
const silent: Single = { field: "rfm.recency_days", op: "gte", value: 45 };
const bought = { event: "order_placed", measure: "count", op: "gte", value: 3, window: { last_days: 365 } } satisfies Single;
const sms: Single = { field: "consent.sms", op: "eq", value: false };

describe("a condition comes back as it was read", () => {
  it.each<[string, Condition, Condition?]>([
    ["everybody", { all: [] }],
    ["all of two", { all: [gold, silent] }],
    ["any of two", { any: [gold, silent] }],
    ["a group inside a group", { all: [gold, { any: [silent, bought] }] }],
    ["excluding a group", { all: [gold, { not: { any: [sms, silent] } }] }],
    ["excluding all of a group", { all: [gold, { not: { all: [sms, silent] } }] }],
    ["excluding one", { all: [gold, { not: sms }] }],
    ["one alone gets a group around it", gold, { all: [gold] }],
    ["a bare exclusion gets a group around it", { not: gold }, { all: [{ not: gold }] }],
    ["excluding an exclusion", { all: [{ not: { not: gold } }] }],
  ])("%s", (_, given, back = given) => expect(write(read(given)).condition).toEqual(back));
});

describe("places are named as the server names them", () => {
  it.each<[string, Condition, string[]]>([
    ["in a list", { all: [gold, silent] }, ["all[0]", "all[1]"]],
    ["deeper", { all: [gold, { any: [silent, bought] }] }, ["all[0]", "all[1].any[0]", "all[1].any[1]"]],
    ["in an exclusion", { all: [{ not: { any: [sms, gold] } }] }, ["all[0].not.any[0]", "all[0].not.any[1]"]],
    ["one excluded", { all: [{ not: sms }] }, ["all[0].not"]],
  ])("%s", (_, given, places) => {
    const tree = read(given);
    const named = write(tree).places;
    expect(leaves(tree).map((each) => named.get(each.id))).toEqual(places);
  });

  it("does not count what is unfinished", () => {
    const open = leaf({ field: "city", op: "in", value: [] });
    const tree = group("all", [open, leaf(gold)]);
    const { condition, places } = write(tree);
    expect(condition).toEqual({ all: [gold] });
    expect(places.get(open.id)).toBeUndefined();
    expect([...places.values()]).toEqual(["all[0]"]);
  });
});

describe("what can be asked", () => {
  it.each<[string, Single, boolean]>([
    ["a number", silent, true],
    ["zero", { field: "orders.count", op: "eq", value: 0 }, true],
    ["false", sms, true],
    ["no number yet", { field: "age", op: "gte", value: undefined }, false],
    ["something unreadable", { field: "age", op: "gte", value: NaN }, false],
    ["a list without a value", { field: "city", op: "in", value: [] }, false],
    ["half a range", { field: "age", op: "between", value: [18] }, false],
    ["a whole range", { field: "age", op: "between", value: [18, 30] }, true],
    ["a test for presence", { field: "city", op: "is_set" }, true],
    ["a tag without a name", { tag: "" }, false],
    ["an event with a limit that has no value yet", { ...bought, where: { field: "shop", op: "in", value: [] } }, false],
    ["an event with a limit", { ...bought, where: { any: [{ field: "shop", op: "eq", value: "官网" }] } }, true],
  ])("%s", (_, is, whether) => expect(complete(is)).toBe(whether));
});

describe("edits", () => {
  const start = () => read({ all: [gold, { any: [silent, bought] }] });
  const inner = (tree: Group) => tree.of[1] as Group;

  it("change one leaf and leave the others as they were", () => {
    const tree = start();
    const id = leaves(tree)[1]!.id;
    const after = setLeaf(tree, id, { ...silent, value: 60 });
    expect(write(after).condition).toEqual({ all: [gold, { any: [{ ...silent, value: 60 }, bought] }] });
    expect(leaves(after).map((each) => each.id)).toEqual(leaves(tree).map((each) => each.id));
    expect(write(tree).condition).toEqual({ all: [gold, { any: [silent, bought] }] });
  });
  it("turn a group from any to all, and into an exclusion", () => {
    const tree = start();
    expect(write(setJoin(tree, inner(tree).id, "all")).condition).toEqual({ all: [gold, { all: [silent, bought] }] });
    expect(write(setNot(tree, inner(tree).id, true)).condition).toEqual({ all: [gold, { not: { any: [silent, bought] } }] });
  });
  it("add to a group, at its end", () => {
    const tree = start();
    expect(write(append(tree, inner(tree).id, leaf(sms))).condition).toEqual({ all: [gold, { any: [silent, bought, sms] }] });
  });
  it("take a leaf out, and its group once that is empty", () => {
    let tree = start();
    const [, first, second] = leaves(tree);
    tree = remove(tree, first!.id);
    expect(write(tree).condition).toEqual({ all: [gold, { any: [bought] }] });
    tree = remove(tree, second!.id);
    expect(write(tree).condition).toEqual({ all: [gold] });
    expect(tree.of.some(isGroup)).toBe(false);
  });
  it("keep a group that somebody just added while others go", () => {
    const empty = group("any");
    const tree = group("all", [leaf(gold), empty]);
    expect(remove(tree, tree.of[0]!.id).of).toEqual([empty]);
  });
});
