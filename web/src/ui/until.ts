const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MORNING = 9; // o'clock

/** The instant of an hour on a civil day in a time zone. */
export function instantAt(day: string, hour: number, timeZone: string): string {
  const guess = Date.parse(`${day}T${String(hour).padStart(2, "0")}:00:00Z`);
  const shown = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).formatToParts(guess);
  const part = (type: string) => shown.find((each) => each.type === type)?.value ?? "00";
  const there = Date.parse(`${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}:00Z`);
  return new Date(guess - (there - guess)).toISOString();
}

/** The times a row is usually put off to, and nine o'clock of a chosen day, in the company's time zone. */
export function untils(now: number, timeZone: string, chosen?: string) {
  const dayOf = (instant: number) => new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(instant);
  const weekday = new Date(`${dayOf(now)}T12:00:00Z`).getUTCDay();
  const morning = (days: number) => instantAt(dayOf(now + days * DAY), MORNING, timeZone);
  return {
    hours2: new Date(now + 2 * HOUR).toISOString(),
    tomorrow: morning(1),
    in3: morning(3),
    monday: morning((8 - weekday) % 7 || 7),
    week: morning(7),
    day: chosen ? instantAt(chosen, MORNING, timeZone) : morning(1),
  };
}
