/** Periods a board can be read over, by the name that stands in the address. Days are civil, YYYY-MM-DD. */
export const periods = ["yesterday", "last7", "last30", "last90", "month", "lastMonth"] as const;
export type PeriodName = (typeof periods)[number];

const DAY = 86_400_000;
/** So many days later, or before. */
export const plus = (day: string, days: number) => new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);

/** First and last day of a named period, seen from today; today itself is not over and does not count. */
export function daysOf(name: PeriodName, today: string): { from: string; to: string } {
  const yesterday = plus(today, -1);
  switch (name) {
    case "yesterday": return { from: yesterday, to: yesterday };
    case "last7": return { from: plus(today, -7), to: yesterday };
    case "last90": return { from: plus(today, -90), to: yesterday };
    case "month": return { from: `${yesterday.slice(0, 7)}-01`, to: yesterday };
    case "lastMonth": {
      const end = plus(`${today.slice(0, 7)}-01`, -1);
      return { from: `${end.slice(0, 7)}-01`, to: end };
    }
    default: return { from: plus(today, -30), to: yesterday };
  }
}

/** The days before the last one that give a single day its course. */
export const courseOf = ({ from, to }: { from: string; to: string }, least = 42) => {
  const length = (Date.parse(to) - Date.parse(from)) / DAY + 1;
  return length >= 14 ? { from, to } : { from: plus(to, 1 - least), to };
};
