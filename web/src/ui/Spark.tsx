/**
 * A line without axes. The range is at least a fifth of the middle value, so that a steady figure looks steady and
 * one percent of noise does not look like a mountain. Gaps stay gaps.
 */
export function Spark({ values, width = 120, height = 28, anomaly, band, quiet }: {
  values: readonly (number | null)[];
  width?: number;
  height?: number;
  /** The last point lies outside what was expected. */
  anomaly?: boolean;
  /** Expected range at the end, drawn as a band. */
  band?: { low: number; high: number } | null;
  /** One of many on a board: grey and thinner. */
  quiet?: boolean;
}) {
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2) return <svg className="spark" width={width} height={height} aria-hidden="true" />;
  const [low, high] = rangeOf(band ? [...known, band.low, band.high] : known);
  const x = (at: number) => 2 + (at / (values.length - 1)) * (width - 6);
  const y = (value: number) => 3 + (1 - (value - low) / (high - low)) * (height - 6);
  const path = values.map((value, at) => (value === null ? "" : `${(values[at - 1] ?? null) === null ? "M" : "L"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`)).join("");
  const line = quiet ? "var(--c-8)" : "var(--c-1)";
  const last = values.findLastIndex((value) => value !== null);
  return (
    <svg className="spark" viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
      {band && <rect x="0" width={width} y={y(band.high)} height={Math.max(1, y(band.low) - y(band.high))} style={{ fill: "var(--c-band)" }} />}
      <path d={path} fill="none" strokeWidth={quiet ? 1.3 : 1.6} strokeLinejoin="round" style={{ stroke: line }} />
      <circle cx={x(last)} cy={y(values[last] as number)} r="2.4" style={{ fill: anomaly ? "var(--c-alert)" : line }} />
    </svg>
  );
}

/** Lowest and highest drawn value: at least a fifth of the middle apart. */
export function rangeOf(values: readonly number[]): [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const middle = (low + high) / 2;
  const least = Math.abs(middle) * 0.2 || 1;
  return high - low >= least ? [low, high] : [middle - least / 2, middle + least / 2];
}
