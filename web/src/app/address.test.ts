import { describe, expect, it } from "vitest";
import { listSearch, readSearch, writeSearch } from "./address";

describe("an address", () => {
  it("keeps an id as a text, without quotes", () => {
    expect(writeSearch({ item: "298" })).toBe("?item=298");
    expect(readSearch("?item=298")).toEqual({ item: "298" });
  });
  it("carries a condition there and back", () => {
    const filter = { all: [{ field: "city", op: "eq", value: "上海" }] };
    expect(readSearch(writeSearch({ filter, sort: "-name" }))).toEqual({ filter, sort: "-name" });
  });
  it("drops what is absent", () => expect(writeSearch({ area: undefined })).toBe(""));
  it("is not broken by a condition somebody cut off", () => expect(listSearch(readSearch('?filter={"all":['))).toEqual({}));
});
