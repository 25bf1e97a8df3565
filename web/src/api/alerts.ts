import { del, get, patch, post } from "./client";
import type { MetricUnit } from "./analyze";
import type { Condition, List, Money, Named, Said } from "./shapes";

/** What a rule watches: a metric, a segment, or each customer who meets a condition. */
export interface AlertWatch {
  kind: "metric" | "segment" | "customers";
  metric?: string | undefined;
  segment?: string | undefined;
  list?: string | undefined;
  split?: string | undefined;
  split_value?: string | undefined;
  measure?: "count" | "entered" | "left" | undefined;
  days?: number | undefined;
  today?: boolean | undefined;
  condition?: Condition | undefined;
}

export type AlertWhen = "above" | "below" | "rose" | "fell" | "outside" | "above_expected" | "below_expected" | "enters";

/** When a rule fires. Money in minor units; changes as shares. */
export interface AlertFires { when: AlertWhen; value?: number | undefined; least?: number | undefined; hold?: number | undefined }

export type Severity = "info" | "warning" | "critical";

export interface AlertRuleDraft {
  name: string;
  watches: AlertWatch;
  fires: AlertFires;
  severity: Severity;
  owner_kind: "staff" | "team" | "customer_owner";
  owner_id?: string | undefined;
  due_minutes: number;
  escalate_minutes: number;
  escalate_to?: string | undefined;
  proposal?: string | undefined;
  active: boolean;
}

export interface AlertRule extends AlertRuleDraft {
  id: string;
  sentence: Said | null;
  segment: Named | null;
  owner: Named | null;
  escalates_to: Named | null;
  muted_until: string | null;
  looked_at: string | null;
  said: { value?: number; customers?: number; late?: string[]; failed?: string };
  open: number;
  overdue: number;
  at_stake: Money | null;
  oldest_at: string | null;
  version: number;
}

export interface AlertDay { day: string; value: number | null; expected?: { expected: number; low: number; high: number } | null }

export interface AlertEvidence {
  day: string;
  since: string;
  unit?: MetricUnit;
  label: Said;
  part?: string;
  value?: number;
  before?: number;
  low?: number;
  high?: number;
  rows?: number;
  series?: AlertDay[];
  split?: string;
  late?: { source: { id: string; name: string } | null; since: string; expected_hours: number } | null;
  parts?: { key: string | null; label: string; contribution: number; share: number }[];
  standing?: { clause: Said; value: Said; holds: boolean }[];
  leaving?: number;
}

export type AlertState = "open" | "acknowledged" | "closed" | "expired";

export interface Alert {
  id: string;
  rule: Named;
  kind: AlertWatch["kind"];
  watches: AlertWatch;
  fires: AlertFires;
  customer: Named | null;
  segment: Named | null;
  severity: Severity;
  state: AlertState;
  evidence: AlertEvidence;
  at_stake: Money | null;
  owner: Named | null;
  team: Named | null;
  proposal: string;
  opened_at: string;
  first_at: string;
  due_at: string;
  overdue: boolean;
  escalated_to: Named | null;
  escalations: number;
  acknowledged_by: Named | null;
  back_at: string | null;
  closed_at: string | null;
  closed_by: Named | null;
  taken: string;
  note: string;
  reopened: number;
  history?: { act: string; by: Named | null; at: string; detail: Record<string, unknown> }[];
  version: number;
}

export interface AlertTrial {
  from: string;
  to: string;
  unit: MetricUnit;
  label: Said;
  good: number;
  series: { day: string; value: number | null; low: number | null; high: number | null; fires: boolean }[];
  fired: number;
  runs: { from: string; to: string; value: number | null }[];
  now: number;
  past: boolean;
  sentence: Said | null;
}

export interface AlertPreset {
  key: string;
  label: Said;
  about: Said;
  needs: Said | null;
  watches: AlertWatch;
  fires: AlertFires;
  severity: Severity;
  proposal: Said;
  sentence: Said | null;
}

export interface AlertQuery { state?: "live" | "open" | "acknowledged" | "over"; rule?: string | undefined; kind?: "figures" | "customers"; limit?: number; cursor?: string | undefined; total?: boolean }

export const listAlerts = (query: AlertQuery, signal?: AbortSignal) => get<List<Alert>>("/alerts", { ...query }, signal);
export const readAlert = (id: string, signal?: AbortSignal) => get<Alert>(`/alerts/${id}`, {}, signal);
export const acknowledgeAlert = (id: string, version: number) => post<Alert>(`/alerts/${id}/acknowledge`, undefined, { ifMatch: version });
export const closeAlert = (id: string, version: number, said: { taken: string; note?: string }) => post<Alert>(`/alerts/${id}/close`, said, { ifMatch: version });
export const reopenAlert = (id: string, version: number) => post<Alert>(`/alerts/${id}/reopen`, undefined, { ifMatch: version });

export const listAlertRules = (signal?: AbortSignal) => get<List<AlertRule>>("/alert-rules", {}, signal);
export const readAlertRule = (id: string, signal?: AbortSignal) => get<AlertRule>(`/alert-rules/${id}`, {}, signal);
export const createAlertRule = (draft: AlertRuleDraft) => post<AlertRule>("/alert-rules", draft);
export const changeAlertRule = (id: string, version: number, draft: AlertRuleDraft) => patch<AlertRule>(`/alert-rules/${id}`, draft, { ifMatch: version });
export const removeAlertRule = (id: string, version: number) => del(`/alert-rules/${id}`, { ifMatch: version });
export const restoreAlertRule = (id: string) => post<AlertRule>(`/alert-rules/${id}/restore`);
export const muteAlertRule = (id: string, version: number, until: string | null) => post<AlertRule>(`/alert-rules/${id}/mute`, { until }, { ifMatch: version });
export const tryAlertRule = (watches: AlertWatch, fires: AlertFires, signal?: AbortSignal) => post<AlertTrial>("/alert-rules/trial", { watches, fires }, { signal });
export const listAlertPresets = (signal?: AbortSignal) => get<List<AlertPreset>>("/alert-rules/presets", {}, signal);
