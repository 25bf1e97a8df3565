import { useState } from "react";
import type { TodayItem } from "../../api";

export interface Steady {
  items: TodayItem[];
  /** Rows that need nothing any more but keep their place until the reader lets the list move. */
  over: ReadonlySet<string>;
  /** How many rows came, went or changed place meanwhile. */
  waiting: number;
}

/**
 * The rows as the reader saw them, with their newest figures: none moves, none leaves, none comes between. Rank and the
 * line of what fits today stay too, for they are places.
 */
export function steady(seen: TodayItem[], fresh: TodayItem[]): Steady {
  const now = new Map(fresh.map((item) => [item.id, item]));
  const known = new Set(seen.map((item) => item.id));
  const over = new Set(seen.filter((item) => !now.has(item.id)).map((item) => item.id));
  const came = fresh.filter((item) => !known.has(item.id)).length;
  const stayed = seen.filter((item) => now.has(item.id));
  const after = fresh.filter((item) => known.has(item.id));
  const moved = stayed.filter((item, place) => after[place]?.id !== item.id).length;
  return {
    items: seen.map((item) => ({ ...(now.get(item.id) ?? item), rank: item.rank, fits_today: item.fits_today, pinned: item.pinned })),
    over,
    waiting: over.size + came + moved,
  };
}

/** Holds the list still while somebody works in it, and lets it move when asked or when nobody does. */
export function useSteady(items: TodayItem[], held: boolean): Steady & { settle: () => void } {
  const [seen, setSeen] = useState(items);
  if (!held && seen !== items) setSeen(items);
  const settle = () => setSeen(items);
  return { ...(held ? steady(seen, items) : { items, over: none, waiting: 0 }), settle };
}

/**
 * The row that is meant: the chosen one, else the one the reader last worked with, else the first. It stays also when
 * another becomes the first, so that no key reaches a row the reader did not mean; gone, it gives way.
 */
export function meant(items: TodayItem[], chosen: string | undefined, held: string | undefined): TodayItem | undefined {
  const find = (id: string | undefined) => items.find((item) => item.id === id);
  return find(chosen) ?? find(held) ?? items[0];
}

const none: ReadonlySet<string> = new Set();
