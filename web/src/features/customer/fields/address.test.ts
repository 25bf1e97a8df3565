import { describe, expect, it } from "vitest";
import type { FieldChange } from "../../../api";
import { addressSteps } from "./own";

const change = (at: string, before: string | null, after: string | null): FieldChange => ({ at, before, after, source: "staff", actor: "Zhou", import: null });

describe("the history of an address", () => {
  it("tells the whole of it after each change, whatever part was changed", () => {
    const steps = addressSteps({
      city: [change("2026-02-01T08:00:00Z", "上海市", "杭州市"), change("2026-01-01T08:00:00Z", null, "上海市")],
      address: [change("2026-02-01T08:00:00Z", "南京西路 1 号", "文三路 1 号"), change("2026-01-01T08:00:00Z", null, "南京西路 1 号")],
      postcode: [change("2026-03-01T08:00:00Z", null, "310000")],
    });
    expect(steps.map((each) => each.after)).toEqual(["杭州市文三路 1 号 310000", "杭州市文三路 1 号", "上海市南京西路 1 号"]);
  });
  it("says when it was taken away", () => {
    expect(addressSteps({ city: [change("2026-02-01T08:00:00Z", "上海市", null), change("2026-01-01T08:00:00Z", null, "上海市")] })[0]?.after).toBeNull();
  });
});
