import { get, post, put } from "./client";
import type { Condition, Said } from "./shapes";

/** Figures about some sessions. Durations in seconds, rates 0 to 1; null without sessions. */
export interface Visits {
  sessions: number;
  visitors: number;
  customers: number;
  page_views: number;
  duration: number | null;
  depth: number | null;
  bounce_rate: number | null;
}

/** The sessions of one landing page, source or part of a split; the key is null where the split says nothing. */
export interface VisitsOf extends Visits {
  key: string | null;
  label: string;
  share: number;
  opens?: Condition;
}

/** Sessions from `least` to `most`, both included. */
export interface VisitBand {
  least: number;
  most: number | null;
  sessions: number;
  share: number;
  opens: Condition;
}

export interface VisitBoard {
  from: string;
  to: string;
  by: "day" | "week" | "month" | "quarter" | "year";
  whole: Visits;
  before: Visits;
  spread: { p25: number; p50: number; p75: number; p90: number; p95: number } | null;
  series: (Visits & { at: string })[];
  depths: VisitBand[];
  lengths: VisitBand[];
  landing: VisitsOf[];
  sources: VisitsOf[];
  exits: { page: string; label: string; exits: number; share: number; opens: Condition }[];
  split?: string;
  parts?: VisitsOf[];
  opens: Condition;
  settings: { idle_minutes: number };
  as_of: string;
}

export interface VisitQuery {
  from?: string | undefined;
  to?: string | undefined;
  segment?: string | undefined;
  split?: string | undefined;
}

/** An event with what must hold for it. */
export interface FunnelStepDraft {
  event: string;
  where?: Condition;
}

export interface FunnelDraft {
  steps: FunnelStepDraft[];
  without?: FunnelStepDraft[];
  window_days: number;
  from: string;
  to: string;
  segment?: string | undefined;
  who?: "customers" | "everyone" | undefined;
  split?: string | undefined;
}

/** Rate is of those who did the first step, step_rate of those who did the one before. */
export interface FunnelStep {
  event: string;
  label: Said;
  count: number;
  rate: number | null;
  step_rate: number | null;
  median_seconds: number | null;
  quarter_seconds: [number, number] | null;
  lost: number;
  reached: Condition;
  dropped: Condition | null;
}

export interface Funnel {
  from: string;
  to: string;
  window_days: number;
  who: "customers" | "everyone";
  steps: FunnelStep[];
  split?: string;
  parts?: { key: string | null; label: string; counts: number[]; rates: number[] }[];
  as_of: string;
}

export interface PathQuery {
  from?: string | undefined;
  to?: string | undefined;
  segment?: string | undefined;
  of?: "pages" | "events" | undefined;
  start?: string | undefined;
  steps?: number | undefined;
  top?: number | undefined;
}

/** Page is null for all that are not told apart, label the name of a product's page; ends are sessions that went no further. */
export interface PathNode {
  id: string;
  step: number;
  page: string | null;
  label: string | null;
  sessions: number;
  ends: number;
}

export interface Paths {
  of: "pages" | "events";
  start?: string;
  sessions: number;
  nodes: PathNode[];
  links: { source: string; target: string; sessions: number }[];
  as_of: string;
}

/** How regularly customers do something: customers of each day and of the 7 and 30 days up to it, and on how many days. */
export interface Stickiness {
  from: string;
  to: string;
  event: string;
  days: { at: string; day: number; week: number; month: number }[];
  /** The mean over the days of day ÷ month. */
  share: number | null;
  histogram: { days: number; customers: number; share: number; opens: Condition }[];
  active: number;
  as_of: string;
}

export type ConcernPart = "interest" | "focus" | "pain";
export type ConcernKind = "page" | "product" | "category" | "topic" | "exit" | "error" | "rage" | "loop" | "help";

/** Something people are interested in, dwell on or suffer from. Shares 0 to 1; the index is 100 where a group is like everybody. */
export interface Concern {
  kind: ConcernKind;
  key: string;
  /** Where an error or hasty presses happened; of a loop the other page. */
  page: string | null;
  /** The product that page is of. */
  page_label: string | null;
  /** The product, or the title of the page. */
  label: string | null;
  people: number;
  customers: number;
  times: number;
  /** What `times` is a part of: looks at the page, or views of it. */
  of: number;
  returned: number;
  median_seconds: number | null;
  total_seconds: number | null;
  share: number;
  base_share: number;
  index: number | null;
  low: number | null;
  high: number | null;
  sure: boolean;
  opens: Condition | null;
}

/** What people care about over a period; `compared` says that there is a group and so an index. */
export interface Concerns {
  people: number;
  customers: number;
  base: number;
  compared: boolean;
  long_seconds: number | null;
  interest: Concern[];
  focus: Concern[];
  pain: Concern[];
  as_of: string;
}

/** How pages and events are understood; `*` in a pattern stands for anything. */
export interface Reading {
  topics: { path: string; topic: string }[];
  help: string[];
  errors: string[];
}

export type AnswerChannel = "phone" | "wechat" | "visit" | "email" | "sms";

/** By which channels a customer answers; preferred is null where that cannot be told. Shares with their limits, 0 to 1. */
export interface ChannelAnswers {
  answers: number;
  preferred: AnswerChannel | null;
  items: { channel: AnswerChannel; times: number; share: number; low: number; high: number; last_at: string }[];
}

/** A topic or product a customer follows; the index is 100 where she looks at it as much as everybody. */
export interface Interest {
  key: string;
  label: string | null;
  times: number;
  days: number;
  last_at: string;
  share: number;
  base_share: number;
  index: number | null;
  opens: Condition | null;
}

/** What one customer follows, and where she is active: so many of `signs`, or by her address where there are none. */
export interface Interests {
  days: number;
  topics: Interest[];
  goods: Interest[];
  region: { province: string; times: number; signs: number; share: number } | null;
}

/** One province; `active` are those of its customers of whom more than an address says so. */
export interface Region {
  province: string;
  customers: number;
  active: number;
  times: number;
  signs: number;
  base: number;
  share: number;
  base_share: number;
  index: number | null;
  low: number | null;
  high: number | null;
  sure: boolean;
  opens: Condition;
}

/** Where the customers of a group are active; `compared` says that there is a group and so an index. */
export interface Regions {
  days: number;
  customers: number;
  nowhere: number;
  base: number;
  compared: boolean;
  regions: Region[];
  as_of: string;
}

export const readInterests = (customer: string, signal?: AbortSignal) => get<Interests>(`/customers/${customer}/interests`, {}, signal);
export const readRegions = (query: { segment?: string | undefined }, signal?: AbortSignal) => get<Regions>("/behaviour/regions", { ...query }, signal);
export const readChannels = (customer: string, signal?: AbortSignal) => get<ChannelAnswers>(`/customers/${customer}/channels`, {}, signal);
export const readConcerns = (query: VisitQuery, signal?: AbortSignal) => get<Concerns>("/behaviour/concerns", { ...query }, signal);
export const readConcerned = (query: VisitQuery & { part: ConcernPart; kind: ConcernKind; key: string; page?: string | undefined }) =>
  get<{ customers: number; opens: Condition | null }>("/behaviour/concerns/customers", { ...query });
export const readReading = (signal?: AbortSignal) => get<Reading>("/behaviour/reading", {}, signal);
export const writeReading = (reading: Reading) => put<Reading>("/behaviour/reading", reading);
export const readStickiness = (query: VisitQuery & { event?: string | undefined }, signal?: AbortSignal) => get<Stickiness>("/behaviour/stickiness", { ...query }, signal);
export const readVisits = (query: VisitQuery, signal?: AbortSignal) => get<VisitBoard>("/behaviour/sessions", { ...query }, signal);
export const readFunnel = (draft: FunnelDraft, signal?: AbortSignal) => post<Funnel>("/behaviour/funnel", draft, { signal });
export const readPaths = (query: PathQuery, signal?: AbortSignal) => get<Paths>("/behaviour/paths", { ...query }, signal);
export const readWalkers = (query: PathQuery & { node: string; next?: string | undefined }, signal?: AbortSignal) =>
  get<{ customers: number; sessions: number; opens: Condition | null }>("/behaviour/paths/customers", { ...query }, signal);
