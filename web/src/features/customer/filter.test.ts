import { describe, expect, it } from "vitest";
import type { Condition } from "../../api";
import { joined, parts, without } from "./filter";

const city: Condition = { field: "city", op: "eq", value: "上海" };
const vip: Condition = { tag: "vip" };

describe("a list's filter", () => {
  it("of nothing is absent", () => expect(joined([])).toBeUndefined());
  it("of one condition is the condition itself", () => expect(joined([city])).toEqual(city));
  it("of two joins them", () => expect(joined([city, vip])).toEqual({ all: [city, vip] }));
  it("comes apart again", () => expect(parts({ all: [city, vip] })).toEqual([city, vip]));
  it("keeps an any-of whole", () => expect(parts({ any: [city, vip] })).toHaveLength(1));
  it("loses what is taken off and nothing else", () => expect(without([city, vip], { tag: "vip" })).toEqual([city]));
});
