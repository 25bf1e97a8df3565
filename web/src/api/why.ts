import type { Figure, MetricUnit } from "./analyze";
import { get, post } from "./client";
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

export interface Question { code: string; text: Said }

/** Today's answer: a sentence, the figures behind it, and what further data would tell more. */
export interface Answer extends Question {
  state: "answered" | "needs";
  sentence: Said;
  from: string;
  to: string;
  heads: { label: Said; unit: MetricUnit; moved: boolean }[];
  parts?: Said;
  rows: AnswerRow[];
  total?: AnswerRow;
  drawn: number;
  needs: { text: Said; to: "imports" | "sources" | "metrics" | "segments" }[];
  metric?: string;
  against?: string;
}
export interface AnswerRow { label: Said; figures: Figure[]; condition: Condition | null; metric?: string }

export const listQuestions = (signal?: AbortSignal) => get<{ items: Question[] }>("/why/questions", undefined, signal);
export const readAnswer = (code: string, query: { from?: string | undefined; to?: string | undefined; segment?: string | undefined }, signal?: AbortSignal) => get<Answer>(`/why/questions/${code}`, { ...query }, signal);
