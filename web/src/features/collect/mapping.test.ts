import { describe, expect, it } from "vitest";
import { missingFields, withColumn } from "./mapping";

const field = (name: string, required = false) => ({ name, required, type: "text", label: { "zh-CN": name, "en-US": name } });

describe("mapping", () => {
  it("gives a field to one column only", () => {
    expect(withColumn({ A: "sku", B: "quantity" }, "C", "sku")).toEqual({ B: "quantity", C: "sku" });
    expect(withColumn({ A: "sku" }, "A", undefined)).toEqual({});
    expect(withColumn({ A: "sku" }, "A", "quantity")).toEqual({ A: "quantity" });
  });
  it("counts a fixed value as given", () => {
    const fields = [field("order_number", true), field("currency", true), field("sku")];
    expect(missingFields(fields, { columns: { No: "order_number" }, constants: { currency: "GBP" } })).toEqual([]);
    expect(missingFields(fields, { columns: {} }).map(({ name }) => name)).toEqual(["order_number", "currency"]);
  });
});
