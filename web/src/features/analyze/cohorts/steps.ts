import type { Condition, Retention } from "../../../api";

/** The condition that lists who of a cohort returned in its step-th step; in the first step that is all of it. */
export function behind(of: Pick<Retention, "cohorts" | "steps">, cohort: number, step: number): Condition | undefined {
  const members = of.cohorts[cohort]?.members;
  const returned = of.steps[cohort + step]?.returned;
  return step === 0 || !members || !returned ? members : { all: ["all" in members ? members.all : [members], [returned]].flat() };
}

/** Shade 1 to 5 between the weakest and the strongest return; the first step is everybody and has none. */
export const levelOf = (value: number, [least, most]: readonly [number, number], step: number) =>
  (step === 0 || value === 0 ? 0 : most === least ? 3 : Math.min(5, 1 + Math.floor(((value - least) / (most - least)) * 5)));
