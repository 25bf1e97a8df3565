import type { Language, Money } from "../api/shapes";

/** Where the reader stands: language, the company's time zone and currency, and what time it is there. */
export interface Place {
  language: Language;
  timeZone: string;
  currency: string;
  /** The present instant in milliseconds; a demo or test may have set the clock. */
  now: () => number;
}

export const MISSING = "—";
const MINUS = "−";
const DAY = 86_400_000;

/** True minus instead of the hyphen Intl writes. */
const signed = (text: string) => text.replace("-", MINUS);

/**
 * Every number, date and span a page shows, as NOTES.md's table of numbers asks.
 * Pure: the same place and value always give the same text.
 */
export function formatFor(place: Place) {
  const { language, timeZone } = place;
  const chinese = language === "zh-CN";
  const plain = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  const dates = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, { timeZone, ...options });
  const clockFormat = dates({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const dayFormat = dates({ month: chinese ? "long" : "short", day: "numeric" });
  const monthFormat = dates({ year: "numeric", month: chinese ? "long" : "short" });
  const monthOnly = dates({ month: "short" });
  const weekdayFormat = dates({ weekday: "short" });
  const longFormat = dates({ year: "numeric", month: "long", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZoneName: "short" });

  /** One decimal with a bare .0 dropped, or as many as asked. */
  const cut = (value: number, digits: number) => String(Number(value.toFixed(digits)));

  /** Short form from 100,000 up: 12.8 万, 1.06 亿, 128K, 2.2M. */
  function short(value: number): string {
    const size = Math.abs(value);
    if (size < 100_000) return signed(plain.format(value));
    const sign = value < 0 ? MINUS : "";
    if (chinese) {
      if (size >= 1e8) return `${sign}${cut(size / 1e8, 2)} 亿`;
      return `${sign}${size >= 1e7 ? plain.format(size / 1e4) : cut(size / 1e4, 1)} 万`;
    }
    const [unit, mark, digits] = size >= 1e9 ? [1e9, "B", 2] as const : size >= 1e6 ? [1e6, "M", size >= 1e8 ? 0 : 1] as const : [1e3, "K", 0] as const;
    return `${sign}${cut(size / unit, digits)}${mark}`;
  }

  /** Always in full, for people and rows while counting. */
  const count = (value: number | null | undefined) => (value == null ? MISSING : signed(plain.format(value)));

  /** A figure with up to so many decimals, in full. */
  const decimal = (value: number | null | undefined, digits = 1) =>
    value == null ? MISSING : signed(new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value));

  const symbol = (currency: string) =>
    new Intl.NumberFormat(language, { style: "currency", currency, currencyDisplay: "narrowSymbol" }).formatToParts(0).find((part) => part.type === "currency")?.value ?? currency;

  const exponent = (currency: string) => new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;

  /** Minor units to units. */
  const major = (money: Money) => money.amount / 10 ** exponent(money.currency);

  /** ¥23,400, ¥59.90 below a hundred, ¥12.8 万 from 100,000 up; "full" never shortens, "whole" never has decimals either (columns do not mix). */
  function money(value: Money | null | undefined, form: "short" | "full" | "whole" = "short"): string {
    if (!value) return MISSING;
    const units = major(value);
    const size = Math.abs(units);
    const sign = units < 0 ? MINUS : "";
    const mark = symbol(value.currency);
    if (form !== "whole" && size < 100 && size % 1 !== 0) {
      const digits = exponent(value.currency);
      return `${sign}${mark}${new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(size)}`;
    }
    return `${sign}${mark}${form === "short" ? short(size) : plain.format(size)}`;
  }

  /** Every minor unit, for hovering and for tables that must not mix: ¥23,400.00. */
  function moneyExact(value: Money | null | undefined): string {
    if (!value) return MISSING;
    const digits = exponent(value.currency);
    const units = major(value);
    const text = new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(Math.abs(units));
    return `${units < 0 ? MINUS : ""}${symbol(value.currency)}${text}`;
  }

  /** 0.718 as 71.8%. */
  const share = (value: number | null | undefined, digits = 1) => (value == null ? MISSING : `${signed(cut(value * 100, digits))}%`);

  /** A share's change in points: 0.056 as +5.6 点. */
  function shareChange(value: number | null | undefined): string {
    if (value == null) return MISSING;
    const points = Number((value * 100).toFixed(1));
    return `${points > 0 ? "+" : ""}${signed(String(points))} ${chinese ? "点" : "pt"}`;
  }

  /** A relative change, with its sign: 0.08 as +8%. */
  const change = (value: number | null | undefined) =>
    value == null ? MISSING : `${value > 0 ? "+" : ""}${signed(cut(value * 100, Math.abs(value) < 0.1 ? 1 : 0))}%`;

  /** The civil day of an instant, YYYY-MM-DD in the company's time zone. */
  const dayOf = (at: string | number) => parts.format(new Date(at));
  const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text);
  /** Noon UTC of a civil day, shifted so that formatting in the zone gives that very day. */
  const noonOf = (day: string) => new Date(`${day}T12:00:00Z`).getTime() - offsetAt(day);
  function offsetAt(day: string) {
    const noon = new Date(`${day}T12:00:00Z`);
    const hour = Number(new Intl.DateTimeFormat("en-US", { timeZone, hour: "2-digit", hourCycle: "h23" }).format(noon));
    const shown = dayOf(noon.getTime());
    return (hour - 12) * 3_600_000 + (shown > day ? DAY : shown < day ? -DAY : 0);
  }
  const today = () => dayOf(place.now());
  const instantOf = (at: string) => (isDay(at) ? noonOf(at) : new Date(at).getTime());
  /** Civil days from a to b. */
  const daysBetween = (a: string, b: string) => Math.round((Date.parse(`${isDay(b) ? b : dayOf(b)}T00:00:00Z`) - Date.parse(`${isDay(a) ? a : dayOf(a)}T00:00:00Z`)) / DAY);

  const clock = (at: string) => clockFormat.format(new Date(at));

  /** 3月9日, or 2024年11月 for another year. */
  function day(at: string | null | undefined): string {
    if (!at) return MISSING;
    const instant = instantOf(at);
    const same = dayOf(instant).slice(0, 4) === today().slice(0, 4);
    return (same ? dayFormat : monthFormat).format(instant);
  }

  /** 今天 08:47, 3月9日, 2024年11月. */
  function when(at: string | null | undefined): string {
    if (!at) return MISSING;
    const word = chinese ? "今天" : "Today";
    if (isDay(at)) return at === today() ? word : day(at);
    return dayOf(at) === today() ? `${word} ${clock(at)}` : day(at);
  }

  /** The instant to the second, for hovering. */
  const exact = (at: string | null | undefined) => (!at ? MISSING : isDay(at) ? at : longFormat.format(new Date(at)));

  /** A day with its year, always: 2024年11月3日. */
  const fullDay = (at: string | null | undefined) =>
    !at ? MISSING : dates({ year: "numeric", month: chinese ? "long" : "short", day: "numeric" }).format(instantOf(at));

  const monthDay = (at: string) => dayFormat.format(instantOf(at));
  /** 4 月, Apr: on axes. */
  const month = (at: string) => (chinese ? `${Number(dayOf(instantOf(at)).slice(5, 7))} 月` : monthOnly.format(instantOf(at)));
  const yearMonth = (at: string) => monthFormat.format(instantOf(at));
  const weekday = (at: string) => weekdayFormat.format(instantOf(at));

  /** 38 分钟, 9 小时 42 分, 58 天. */
  function span(minutes: number | null | undefined): string {
    if (minutes == null) return MISSING;
    const whole = Math.round(Math.abs(minutes));
    if (whole < 60) return chinese ? `${whole} 分钟` : `${whole} min`;
    if (whole >= 2 * 1440) return days(Math.round(whole / 1440));
    const hours = Math.floor(whole / 60);
    const rest = whole % 60;
    if (chinese) return rest ? `${hours} 小时 ${rest} 分` : `${hours} 小时`;
    return rest ? `${hours} h ${rest} min` : `${hours} h`;
  }

  /** 42 秒, 3 分 5 秒, then as spans. */
  function seconds(value: number | null | undefined): string {
    if (value == null) return MISSING;
    const whole = Math.round(Math.abs(value));
    const sign = value < 0 && whole ? MINUS : "";
    if (whole >= 3600) return sign + span(whole / 60);
    const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
    if (!minutes) return chinese ? `${sign}${rest} 秒` : `${sign}${rest} s`;
    return chinese ? `${sign}${minutes} 分 ${rest} 秒` : `${sign}${minutes} min ${rest} s`;
  }

  const days = (n: number | null | undefined) =>
    n == null ? MISSING : chinese ? `${count(Math.round(n))} 天` : `${count(Math.round(n))} ${Math.round(n) === 1 ? "day" : "days"}`;

  /** 5:20, where a phone has no room for words. */
  const hoursMinutes = (minutes: number) => `${Math.floor(minutes / 60)}:${String(Math.round(minutes) % 60).padStart(2, "0")}`;

  /** From–to, with the range sign. */
  const range = (from: string, to: string) => `${from}–${to}`;

  /** 12.3 MB. */
  function size(bytes: number): string {
    const steps = ["B", "KB", "MB", "GB"];
    const step = Math.min(steps.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
    const value = bytes / 1024 ** step;
    return `${value < 10 && step > 0 ? cut(value, 1) : Math.round(value)} ${steps[step]}`;
  }

  /** Chinese names by pinyin, others by letters. */
  const collator = new Intl.Collator(chinese ? "zh-CN-u-co-pinyin" : "en-US", { numeric: true });

  return {
    ...place, short, count, decimal, money, moneyExact, symbol, major, exponent, share, shareChange, change, day, when, exact, fullDay, monthDay, month, yearMonth, weekday,
    clock, span, seconds, days, hoursMinutes, range, size, dayOf, today, daysBetween, compare: collator.compare,
  };
}

export type Format = ReturnType<typeof formatFor>;
