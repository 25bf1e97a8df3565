import { describe, expect, it } from "vitest";
import type { TodayItem } from "../../api";
import { iconOf, primaryAct, urgencyOf } from "./item";

const now = Date.parse("2026-03-12T01:00:00Z");
const item = (more: object) => ({ kind: "overdue_rhythm", actions: [], why: { half_life_minutes: 9 * 1440 }, due_at: null, ...more }) as unknown as TodayItem;
const today = (at: string) => at.startsWith("2026-03-12");

describe("the mark of urgency", () => {
  it.each([
    ["is late once the promised instant has passed", "2026-03-12T00:59:00Z", "late"],
    ["says hour within sixty minutes", "2026-03-12T02:00:00Z", "hour"],
    ["says today until the day ends", "2026-03-12T08:00:00Z", "today"],
    ["says nothing for another day", "2026-03-14T08:00:00Z", null],
  ])("%s", (_, due_at, mark) => expect(urgencyOf(item({ due_at }), now, today)).toBe(mark));
  it("says fading where the chance halves within three days", () => expect(urgencyOf(item({ why: { half_life_minutes: 1440 } }), now, today)).toBe("fading"));
});

it("shows people for a row of many", () => expect(iconOf(item({ members: 37 }))).toBe("people"));
it("presses the primary action, wherever it stands", () =>
  expect(primaryAct(item({ actions: [{ code: "log_contact", primary: false, target: "1" }, { code: "call", primary: true, target: "1" }] }))?.code).toBe("call"));
