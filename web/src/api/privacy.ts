import { del, get, post, put } from "./client";
import type { Consent, CustomerPage } from "./customer";
import type { List, Named, Said } from "./shapes";

export const channels = ["email", "sms", "wechat", "phone", "post"] as const;
export type Channel = (typeof channels)[number];
export const bases = ["consent", "contract", "legal_obligation", "legitimate_interest"] as const;
export type Basis = (typeof bases)[number];
export const proofKinds = ["spoken", "form", "document", "link"] as const;
export type ProofKind = (typeof proofKinds)[number];
export const stopReasons = ["complaint", "bounce", "law", "request"] as const;
export type StopReason = (typeof stopReasons)[number];
export const requestKinds = ["copy", "erasure", "correction"] as const;
export type RequestKind = (typeof requestKinds)[number];

/** One version of the text people are shown when they are asked. */
export interface Notice {
  number: number;
  text: Said;
  ask_again: boolean;
  at: string;
}

/** What customers are asked for. */
export interface Purpose {
  key: string;
  label: Said;
  about: Partial<Said>;
  basis: Basis;
  channels: Channel[];
  position: number;
  archived: boolean;
  notice: Notice | null;
  version: number;
}

export type PurposeDraft = Pick<Purpose, "label" | "about" | "basis" | "channels" | "position" | "archived">;

/** One word of a customer to record. */
export interface NewConsent {
  purpose: string;
  channel: string;
  granted: boolean;
  notice?: number;
  proof_kind?: ProofKind;
  proof?: string;
  happened_at?: string;
}

export interface Reached {
  purpose: string;
  channel: string;
  ok: boolean;
  reason: string;
}

/** How many customers said what for one purpose on one channel; the four add up to all. */
export interface ConsentCell {
  purpose: string;
  channel: Channel;
  yes: number;
  no: number;
  ask_again: number;
  silent: number;
  reachable: number;
}

export interface ConsentOverview {
  customers: number;
  channels: Record<Channel, number>;
  cells: ConsentCell[];
  as_of: string;
}

export interface ConsentWeek {
  start: string;
  purpose: string;
  channel: Channel;
  yes: number;
  no: number;
}

export interface SaidItem extends Consent {
  id: string;
  customer: Named;
}

/** What a person has asked for about her own data. */
export interface PersonRequest {
  id: string;
  customer: Named | null;
  kind: RequestKind;
  state: "open" | "verified" | "done" | "refused";
  source: string;
  note?: string;
  has_code: boolean;
  verified_by?: string;
  verified_at: string | null;
  due_at: string;
  late: boolean;
  outcome?: string;
  created_at: string;
  closed_at: string | null;
  version: number;
}

export interface PrivacySettings {
  responsible: string | null;
  due_days: number;
  link_days: number;
  /** What customers correct on their own page: staff accept it, or it stands at once. */
  corrections: "staff" | "at_once";
  upload_days: number;
  export_days: number;
  /** Whether an e-mail address given by a customer is written to before it counts; absent: yes. */
  confirm_email?: boolean;
  contact: string;
}

/** What a customer has said of herself on her own page. */
export interface SaidOfHerself {
  id: string;
  customer: Named;
  field: string;
  held: string;
  value: string;
  state: "proposed" | "accepted" | "refused" | "applied";
  asked: boolean;
  /** Whether somebody at the address she gave has confirmed it. */
  confirmation: "none" | "waiting" | "expired" | "confirmed";
  at: string;
}

export const readCorrections = (customer: string, signal?: AbortSignal) => get<{ items: SaidOfHerself[] }>("/corrections", { customer }, signal);
export const allCorrections = (signal?: AbortSignal) => get<{ items: SaidOfHerself[] }>("/corrections", { limit: 500 }, signal);
export const decideCorrection = (id: string, way: "accept" | "refuse") => post(`/corrections/${id}/${way}`);
export const listPurposes = (archived: boolean) => get<{ items: Purpose[] }>("/consent-purposes", { archived });
export const definePurpose = (key: string, draft: PurposeDraft) => post<Purpose>("/consent-purposes", { key, ...draft });
export const changePurpose = (of: Purpose, draft: PurposeDraft) => put<Purpose>(`/consent-purposes/${of.key}`, draft, { ifMatch: of.version });
export const listNotices = (purpose: string) => get<{ items: Notice[] }>(`/consent-purposes/${purpose}/notices`);
export const publishNotice = (purpose: string, text: Said, askAgain: boolean) => post<Purpose>(`/consent-purposes/${purpose}/notices`, { text, ask_again: askAgain });
export const readConsentOverview = () => get<ConsentOverview>("/consents/overview");
export const readConsentTrend = () => get<{ items: ConsentWeek[] }>("/consents/trend");
export const listSaid = (query: { granted?: string; purpose?: string; channel?: string; cursor?: string; limit?: number }) => get<List<SaidItem>>("/consents", query);
export const listConsentsOf = (customer: string) => get<{ items: Consent[]; current: Consent[] }>(`/customers/${customer}/consents`);
export const recordConsents = (customer: string, items: NewConsent[]) => post<CustomerPage>(`/customers/${customer}/consents/batch`, { items });
export const readReach = (customer: string) => get<{ items: Reached[] }>(`/customers/${customer}/reach`);
export const makePreferenceLink = (customer: string) => post<{ link: string; expires_at: string }>(`/customers/${customer}/preference-link`, {});
export const stopContact = (customer: string, point: string, reason: StopReason, chosen: string[]) =>
  post<CustomerPage>(`/customers/${customer}/contact-points/${point}/stop`, { reason, channels: chosen });
export const releaseContact = (customer: string, point: string) => del(`/customers/${customer}/contact-points/${point}/stop`);
export const listRequests = (state: "waiting" | "closed", cursor?: string) => get<List<PersonRequest>>("/person-requests", { state, ...(cursor ? { cursor } : {}) });
export const listRequestsOf = (customer: string) => get<{ items: PersonRequest[] }>(`/customers/${customer}/requests`);
export const makeRequest = (customer: string, kind: RequestKind, note: string) => post<PersonRequest>(`/customers/${customer}/requests`, { kind, ...(note ? { note } : {}) });
export const verifyRequest = (of: PersonRequest, by: { code: string } | { means: string }) => post<PersonRequest>(`/person-requests/${of.id}/verify`, by, { ifMatch: of.version });
export const closeRequest = (of: PersonRequest, state: "done" | "refused", outcome: string) => post<PersonRequest>(`/person-requests/${of.id}/close`, { state, ...(outcome ? { outcome } : {}) }, { ifMatch: of.version });
export const readPrivacy = () => get<PrivacySettings>("/privacy");
export const changePrivacy = (body: PrivacySettings) => put<PrivacySettings>("/privacy", body);

/** A kind of records or a field, with how long it is kept and what goes when. */
export interface RetentionItem {
  name: string;
  label: Said;
  retention_days: number | null;
  least_days?: number;
  basis: Basis | "";
  purpose: string;
  own: boolean;
  owner: string | null;
  definition: string;
  rule: string;
  recipients: string;
  due: number;
  soon: number;
  version: number;
}

export interface RetentionPage {
  items: RetentionItem[];
  runs: { at: string; deleted: number; report: Record<string, number> }[];
  holds: { customer: Named; reason: string; since: string }[];
}

/** What is said about a field or a kind of records. */
export interface DataItemDraft {
  purpose?: string;
  basis?: Basis | "";
  retention_days?: number;
  owner?: string;
  definition?: string;
  rule?: string;
  recipients?: string;
}

export const readKept = () => get<RetentionPage>("/retention");
export const runRetention = () => post<RetentionPage>("/retention/run");
export const saveDataItem = (name: string, version: number, draft: DataItemDraft) => put(`/data-items/${name}`, draft, version ? { ifMatch: version } : {});
export const holdCustomer = (id: string, reason: string) => post(`/customers/${id}/hold`, { reason });
export const liftHold = (id: string) => del(`/customers/${id}/hold`);

/** One field or kind of records in the register of processing, and the trace of it from source to use. */
export interface RegisterItem {
  name: string;
  label: Said;
  kind: "field" | "records";
  type: string;
  sensitivity: "normal" | "personal" | "sensitive";
  sealed: boolean;
  in_columns: "value" | "presence" | "count" | "index" | "nothing";
  purpose: string;
  basis: Basis | "";
  retention_days: number | null;
  owner: Named | null;
  definition: string;
  rule: string;
  recipients: string;
  held: number;
  findings: number;
  sources: { kind: "import" | "staff" | "merge" | "repair"; name: string; count: number; last_at: string | null }[];
  segments: Named[];
  readers: { role: string; label: Said; right: "none" | "masked" | "read" | "write" }[];
  version: number;
}

export interface Register {
  company: string;
  contact: string;
  made_at: string;
  notes: string;
  purposes: Purpose[];
  items: RegisterItem[];
}

export const readRegister = () => get<Register>("/processing-register");
export const saveRegisterNotes = (notes: string) => put("/processing-register/notes", { notes });
