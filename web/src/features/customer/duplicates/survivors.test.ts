import { describe, expect, it } from "vitest";
import type { CustomerPage } from "../../../api";
import { defaultOf, keptOf, rowsOf, takenOf } from "./survivors";

const customer = (of: Partial<CustomerPage>): CustomerPage => ({
  kind: "person", name: "", gender: "unknown", birthday: null, company: null, lifecycle_stage: "customer", owner: null, address: null, orders: null,
  created_at: "2026-01-02T00:00:00Z", ...of,
} as CustomerPage);

const lin = customer({ name: "林婉清", birthday: "1991-08-22", orders: { count: 3, total: { amount: 1, currency: "CNY" }, first_at: null, last_at: null } });
const miss = customer({ name: "林小姐", gender: "female", birthday: "1991-08-02", created_at: "2025-01-01T00:00:00Z" });

describe("what survives a merge", () => {
  it("keeps who has more orders, else who is known longer", () => {
    expect(keptOf(lin, miss)).toBe("a");
    expect(keptOf({ ...lin, orders: null }, miss)).toBe("b");
  });
  it("asks only where both hold something else", () => {
    expect(rowsOf(lin, miss).filter((row) => row.open).map((row) => row.field)).toEqual(["name", "birthday"]);
  });
  it("prefers a full name to a title, whoever is kept", () => {
    const name = rowsOf(lin, miss)[0];
    expect(name && [defaultOf(name, "a"), defaultOf(name, "b")]).toEqual(["a", "a"]);
  });
  it("takes what the other one alone holds without being told, and names only what was chosen", () => {
    expect(takenOf(rowsOf(lin, miss), "a", {})).toEqual([]);
    expect(takenOf(rowsOf(lin, miss), "a", { birthday: "b" })).toEqual(["birthday"]);
    expect(takenOf(rowsOf(lin, miss), "b", {})).toEqual(["name"]);
  });
});
