/** The values a score covers, both ends included; null where it is open. Cuts are the upper ends of the first four bands. */
export function boundsOf(cuts: readonly number[], band: number): { low: number | null; high: number | null } {
  const before = cuts[band - 2];
  return { low: before === undefined ? null : before + 1, high: cuts[band - 1] ?? null };
}

/** Shade 0 to 5 by the root of the share, so that one crowded cell does not pale all others. */
export const shadeOf = (value: number, most: number) => (value <= 0 ? 0 : Math.min(5, Math.max(1, Math.ceil(Math.sqrt(value / most) * 5))));

/** Four rising whole numbers somebody typed, [] when nothing was, null when it is neither. */
export function cutsOf(text: string): number[] | null {
  const parts = text.split(/[,，、;\s]+/).filter(Boolean);
  if (parts.length === 0) return [];
  const numbers = parts.map(Number);
  return numbers.length === 4 && numbers.every((each, at) => Number.isFinite(each) && each >= 0 && (at === 0 || each >= (numbers[at - 1] ?? 0))) ? numbers : null;
}
