import { expect, it } from "vitest";
import { instantAt, untils } from "./until";

const thursday = Date.parse("2026-03-12T01:05:00Z"); // 09:05 in Shanghai

it.each([
  ["two hours later", "hours2", "2026-03-12T03:05:00.000Z"],
  ["tomorrow at nine in Shanghai", "tomorrow", "2026-03-13T01:00:00.000Z"],
  ["next Monday at nine", "monday", "2026-03-16T01:00:00.000Z"],
] as const)("%s", (_, key, instant) => expect(untils(thursday, "Asia/Shanghai")[key]).toBe(instant));
it("on a Monday, next Monday is a week away", () => expect(untils(Date.parse("2026-03-16T01:00:00Z"), "Asia/Shanghai").monday).toBe("2026-03-23T01:00:00.000Z"));
it("keeps nine o'clock over a change to summer time", () => expect(instantAt("2026-03-29", 9, "Europe/Berlin")).toBe("2026-03-29T07:00:00.000Z"));
