import { expect, it } from "vitest";
import { courseOf, daysOf, type PeriodName } from "./period";

it.each<[PeriodName, string, string, string]>([
  ["yesterday", "2026-03-12", "2026-03-11", "2026-03-11"],
  ["last7", "2026-03-12", "2026-03-05", "2026-03-11"],
  ["last30", "2026-03-12", "2026-02-10", "2026-03-11"],
  ["month", "2026-03-12", "2026-03-01", "2026-03-11"],
  ["month", "2026-03-01", "2026-02-01", "2026-02-28"],
  ["lastMonth", "2026-03-12", "2026-02-01", "2026-02-28"],
  ["lastMonth", "2026-01-05", "2025-12-01", "2025-12-31"],
])("%s seen from %s", (name, today, from, to) => expect(daysOf(name, today)).toEqual({ from, to }));

it("gives a single day six weeks of course", () => expect(courseOf({ from: "2026-03-11", to: "2026-03-11" })).toEqual({ from: "2026-01-29", to: "2026-03-11" }));
it("leaves a month as it is", () => expect(courseOf({ from: "2026-02-01", to: "2026-02-28" })).toEqual({ from: "2026-02-01", to: "2026-02-28" }));
