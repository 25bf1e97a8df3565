import type { Money } from "../api/shapes";
import type { Rhythm } from "../api/today";

const DAY = 86_400_000;
const days = (day: string) => Date.parse(`${day}T00:00:00Z`) / DAY;

export interface RhythmPlan {
  bars: { x: number; height: number; day: string; amount: Money | null }[];
  /** Where the next order should have come. */
  expected: { x: number; height: number } | null;
  /** From the expected day to today, when that day has passed. */
  gap: { x: number; width: number } | null;
  months: { x: number; day: string }[];
  overdueDays: number;
  /** Width of a bar. */
  thick: number;
  /** The y of the ground line, of the highest bar's top, and the x of today. */
  base: number;
  top: number;
  now: number;
}

/**
 * Places a year of orders on a line. Today stands at 98.3% of the width; an expected day still to come takes the
 * room it needs to the right of today, at most a fifth. Bars grow with the square root of the amount, so that one
 * large order does not flatten the others, and never below a quarter of the height.
 */
export function layRhythm(of: Rhythm, today: string, width: number, height: number, worded: boolean): RhythmPlan {
  const thick = width < 160 ? 2 : 4;
  const base = worded ? height - 18 : height - 1;
  const top = worded ? 16 : 0;
  const end = days(today);
  const due = of.due_day ? days(of.due_day) : null;
  const ahead = due !== null && due > end ? Math.min(due - end, 73) : 0;
  const span = 365 + ahead;
  const right = width * 0.983 - (ahead ? thick : 0);
  const x = (day: number) => ((day - (end - 365)) / span) * right;
  const now = x(end);

  const recent = of.orders.filter((order) => end - days(order.day) <= 365 && days(order.day) <= end);
  const amounts = recent.map((order) => Math.max(0, order.amount?.amount ?? 0));
  const most = Math.max(...amounts, 0);
  const room = (base - top) * 0.95;
  const tall = (amount: number) => (most ? room * (0.25 + 0.75 * Math.sqrt(amount / most)) : room * 0.5);
  const bars = recent.map((order, at) => ({ x: x(days(order.day)) - thick / 2, height: tall(amounts[at] ?? 0), day: order.day, amount: order.amount }));

  const middle = [...amounts].sort((a, b) => a - b)[Math.floor(amounts.length / 2)] ?? 0;
  const shown = due !== null && due > end - 365;
  const overdueDays = due !== null ? Math.max(0, end - due) : 0;
  return {
    bars,
    expected: shown && due !== null ? { x: x(Math.min(due, end + 73)) - thick / 2, height: tall(middle) } : null,
    gap: overdueDays > 0 && due !== null ? { x: Math.max(0, x(due)), width: now - Math.max(0, x(due)) } : null,
    months: worded ? quarters(end).map((day) => ({ day, x: x(days(day)) })).filter((month) => month.x >= 0 && now - month.x > 56) : [],
    overdueDays, thick, base, top, now,
  };
}

/** First days of January, April, July and October in the year before. */
function quarters(end: number): string[] {
  const last = new Date(end * DAY);
  return Array.from({ length: 14 }, (_, back) => new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() - 13 + back, 1)))
    .filter((first) => first.getUTCMonth() % 3 === 0)
    .map((first) => first.toISOString().slice(0, 10));
}
