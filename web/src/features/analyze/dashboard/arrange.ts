import type { Days, Tile } from "../../../api";

export const columns = 4;
export const tallest = 3;

const within = (value: number, most: number) => Math.min(most, Math.max(1, value));

/** The tiles with one of them at another place. */
export function moved(tiles: readonly Tile[], key: string, to: number): Tile[] {
  const at = tiles.findIndex((each) => each.key === key);
  const tile = tiles[at];
  if (!tile) return [...tiles];
  const rest = tiles.filter((each) => each.key !== key);
  const place = Math.min(rest.length, Math.max(0, to));
  return [...rest.slice(0, place), tile, ...rest.slice(place)];
}

/** The tiles with one of them that many columns wide and rows tall, as far as there is room. */
export const sized = (tiles: readonly Tile[], key: string, wide: number, tall: number): Tile[] =>
  tiles.map((each) => (each.key === key ? { ...each, wide: within(wide, columns), tall: within(tall, tallest) } : each));

/** A key that no tile has yet. */
export function freshKey(tiles: readonly Tile[]): string {
  let n = tiles.length + 1;
  while (tiles.some((each) => each.key === `t${n}`)) n++;
  return `t${n}`;
}

/** How a new tile of a kind stands at first. */
export const roomOf = (kind: Tile["kind"]): { wide: number; tall: number } => (kind === "report" || kind === "ready" ? { wide: 2, tall: 2 } : kind === "text" ? { wide: 2, tall: 1 } : { wide: 1, tall: 1 });

/** Days as they stand in the address: a span, two days, or "own" for those of each tile. */
export const daysText = (days: Days): string => (days.span ? days.span : days.from && days.to ? `${days.from}..${days.to}` : "own");

export function daysOf(text: string | undefined, saved: Days): Days {
  if (!text) return saved;
  if (text === "own") return {};
  const [from, to] = text.split("..");
  return from && to ? { from, to } : { span: text };
}
