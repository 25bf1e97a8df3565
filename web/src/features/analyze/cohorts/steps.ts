const DAY = 86_400_000;

/** The last day of the step that begins on a day. */
export function lastDayOf(start: string, period: "week" | "month" | "quarter"): string {
  const from = new Date(`${start}T00:00:00Z`);
  const after = period === "week" ? from.getTime() + 7 * DAY : Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + (period === "month" ? 1 : 3), 1);
  return new Date(after - DAY).toISOString().slice(0, 10);
}

/** Shade 1 to 5 between the weakest and the strongest return; the first step is everybody and has none. */
export const levelOf = (value: number, [least, most]: readonly [number, number], step: number) =>
  (step === 0 || value === 0 ? 0 : most === least ? 3 : Math.min(5, 1 + Math.floor(((value - least) / (most - least)) * 5)));
