import { get } from "./client";
import type { List, Said } from "./shapes";

export type MoveCause = "facts" | "day" | "scores" | "rule" | "stage" | "gone" | "past" | "";

/** A single condition that decided a move; of one that rests on what the reader may not see nothing is told but that. */
export interface MovePart {
  key?: string;
  clause?: Said;
  sentence?: Said;
  holds: boolean;
  hidden?: boolean;
}

/** What decided moves of a period; alone counts those it decided by itself. */
export interface MoveReason {
  entered: boolean;
  cause: MoveCause;
  part?: MovePart;
  moves: number;
  alone: number;
}

export interface RuleChanged {
  at: string;
  what: "condition" | "deleted" | "restored";
  before?: Said;
  hidden?: boolean;
}

/** Members at the end of a day are null where they are not known. */
export interface HistoryDay {
  day: string;
  members: number | null;
  entered: number;
  left: number;
  changes?: RuleChanged[];
}

/** How a segment grew and shrank. Scoped: only customers whom the reader sees are counted. */
export interface SegmentHistory {
  from: string;
  to: string;
  known_from: string | null;
  scoped: boolean;
  days: HistoryDay[];
  entered: number;
  left: number;
  reasons: MoveReason[];
}

export interface SegmentMove {
  customer: { id: string; name: string; gone?: "merged" | "deleted" | "erased"; into?: { id: string; name: string } };
  at: string;
  day: string;
  entered: boolean;
  cause: MoveCause;
  parts: MovePart[];
}

export interface MovesAsked {
  from: string;
  to: string;
  direction?: "entered" | "left" | undefined;
  cause?: string | undefined;
  part?: string | undefined;
}

export const readSegmentHistory = (id: string, days: { from: string; to: string }, signal?: AbortSignal) => get<SegmentHistory>(`/segments/${id}/history`, days, signal);
export const readSegmentMoves = (id: string, asked: MovesAsked, cursor: string | undefined, signal?: AbortSignal) => get<List<SegmentMove>>(`/segments/${id}/moves`, { ...asked, cursor, limit: 50 }, signal);
