import { post } from "./client";
import type { Condition, Said } from "./shapes";

export interface CommonShare { with: number; of: number; share: number }

/** Something that stands more often in a group than in the rest; done is false where it is that something was not done. */
export interface Factor {
  kind: "detail" | "event";
  name: string;
  value?: string;
  done: boolean;
  label: Said;
  in_group: CommonShare;
  in_rest: CommonShare;
  lift: number | null;
  difference: number;
  low: number;
  high: number;
  chance: number;
  condition: Condition | null;
  members: Condition | null;
  same?: Factor[];
}

/** What a group has in common, the most telling first. */
export interface Common { sentence: Said; group: number; rest: number; sampled: boolean; tested: number; factors: Factor[] }

export interface CommonDraft {
  group?: Condition;
  base?: Condition;
  start?: { event: string };
  before?: { event: string };
  within_hours?: number;
  from: string;
  to: string;
}

export const findCommon = (draft: CommonDraft, signal?: AbortSignal) => post<Common>("/why/common", draft, { signal });
