import { del, get, patch, post } from "./client";
import type { List } from "./shapes";

export interface MailingRepeat {
  every: "day" | "week" | "month";
  /** HH:MM in the workspace's zone. */
  at: string;
  weekday?: number;
  day?: number;
}

/** What is sent to whom by the calendar: each gets what she may see, in her language. */
export interface Mailing {
  id: string;
  name: string;
  /** report:ID, ready:KEY, dashboard:ID, pack:KEY, review:week or review:month. */
  subject: string;
  repeat: MailingRepeat;
  recipients: { id: string; name: string; stopped: boolean; code?: string }[];
  format: "" | "csv" | "xlsx";
  active: boolean;
  owner?: string;
  changeable: boolean;
  received: boolean;
  stopped: boolean;
  next_at: string | null;
  sent_at: string | null;
  version: number;
}

export interface MailingDraft {
  name: string;
  subject: string;
  repeat: MailingRepeat;
  recipients: string[];
  format?: Mailing["format"];
}

export const listMailings = (signal?: AbortSignal) => get<List<Mailing>>("/mailings", {}, signal);
export const addMailing = (draft: MailingDraft, idempotencyKey: string) => post<Mailing>("/mailings", draft, { idempotencyKey });
export const changeMailing = (id: string, version: number, to: Partial<Omit<MailingDraft, "subject">> & { active?: boolean }) => patch<Mailing>(`/mailings/${id}`, to, { ifMatch: version });
export const removeMailing = (id: string, version: number) => del(`/mailings/${id}`, { ifMatch: version });
export const actOnMailing = (id: string, act: "restore" | "try" | "stop" | "resume") => post<Mailing>(`/mailings/${id}/${act}`);
