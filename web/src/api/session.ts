import { del, get, post } from "./client";
import type { Hold } from "./backups";
import type { Language } from "./shapes";

/** Who is signed in, what she may do, and for which company. */
export interface Session {
  staff: { id: string; name: string; email: string; role: string; team_id?: string; language: Language };
  /** Names such as "customers.read"; the server decides anew at each request, this only hides what would be refused. */
  permissions: string[];
  /** All customers are theirs to see, so that what is told of the company as a whole may be. */
  sees_all: boolean;
  workspace: Workspace;
  /** What is still to be shown before anything else is permitted. */
  awaiting?: "second_factor" | "enrolment";
  /** What the second factor may be: passkey, totp, recovery. */
  methods?: string[];
  csrf_token: string;
  /** The instant a test or demo has set the clock to. */
  test_clock?: string | null;
  /** Nothing leaves the building; absent when sending is free. */
  sending_held?: Hold;
  /** A mail server is named, so that results can be sent. */
  mail_ready?: boolean;
}

export interface Workspace {
  name: string;
  /** IANA name, such as Asia/Shanghai: days begin and end there. */
  time_zone: string;
  /** ISO 4217 code. */
  currency: string;
  language: Language;
  /** ISO 3166: the default region of phone numbers. */
  country?: string;
}

export interface Redeem {
  token: string;
  name?: string;
  email?: string;
  password: string;
  workspace?: Workspace;
}

export const readSession = (signal?: AbortSignal) => get<Session>("/session", undefined, signal);
export const signIn = (email: string, password: string) => post<Session | undefined>("/session", { email, password });
export const signOut = () => del("/session");
export const readSetup = () => get<{ needed: boolean }>("/setup");
export const redeemLink = (body: Redeem) => post<Session | undefined>("/sign-in-links/redeem", body);
export const enterByLink = (token: string) => post<Session | undefined>("/sign-in-links/enter", { token });
