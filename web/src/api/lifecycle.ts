import { get, post, put } from "./client";
import type { Condition, Said } from "./shapes";

/** A stage of the life of customers, who is in it now, and what we do for them. Without a condition a person decides. */
export interface StageRow {
  key: string;
  name: Said;
  strategy: string;
  condition?: Condition;
  sentence: Said | null;
  count: number;
  opens: Condition;
}

export interface ReadySet {
  key: string;
  name: Said;
  about: Said;
  stages: { key: string; name: Said; strategy: Said; condition: Condition }[];
}

/** The stages in the order of life. Nothing is known of moves before known_from. */
export interface LifecycleView {
  version: number;
  stages: StageRow[];
  outside: number;
  total: number;
  known_from: string | null;
  began_at: string | null;
  ready: ReadySet[];
}

/** A stage over a period; days are of those stays that ended by going on in it. */
export interface StageFlow {
  key: string;
  name: Said;
  start: number;
  entered: number;
  left: number;
  end: number;
  stays: number;
  median_days: number | null;
  mean_days: number | null;
  staying: number;
  median_days_so_far: number | null;
}

/** A step from one stage to another; an empty stage is none: a customer who is new, or gone. */
export interface StageStep {
  from: string;
  to: string;
  moves: number;
  customers: number;
  opens: Condition;
}

export interface LifecycleFlow {
  from: string;
  to: string;
  stages: StageFlow[];
  moves: StageStep[];
  changed_by_rule: number;
}

export interface StageDraft {
  key: string;
  name: Said;
  strategy: string;
  condition?: Condition | undefined;
}

/** Matching counts also those who stand in a later stage. */
export interface StagesPreview {
  stages: { key: string; count: number; matching: number; sentence: Said | null }[];
  outside: number;
  total: number;
}

export const readLifecycle = (signal?: AbortSignal) => get<LifecycleView>("/lifecycle", {}, signal);
export const readLifecycleFlow = (of: { from: string; to: string }, signal?: AbortSignal) => get<LifecycleFlow>("/lifecycle/flow", of, signal);
/** The tag of the stages is their version and one, so that there is one before any are defined. */
export const defineLifecycle = (version: number, stages: readonly StageDraft[]) => put<LifecycleView>("/lifecycle", { stages }, { ifMatch: version + 1 });
export const previewLifecycle = (stages: readonly StageDraft[], signal?: AbortSignal) => post<StagesPreview>("/lifecycle/preview", { stages }, { signal });
