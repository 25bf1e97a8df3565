import { get } from "./client";
import type { List } from "./shapes";

/** One thing the search box found. `match` says by which trait: name, pinyin, phone, order_number ... */
export interface Found {
  type: "customer" | "order" | "segment";
  id: string;
  title: string;
  subtitle: string;
  match: string;
  /** Whose order it is. */
  customer_id?: string;
}

export const search = (q: string, limit: number, signal?: AbortSignal) => get<List<Found>>("/search", { q, limit }, signal);
