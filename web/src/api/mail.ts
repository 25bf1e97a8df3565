import { get, post, put } from "./client";
import type { List } from "./shapes";

/** The mail server that results are sent through. */
export interface MailServer {
  /** Empty: no mail is sent. */
  host: string;
  port: number;
  security: "starttls" | "tls" | "none";
  /** Empty: without signing in. */
  login: string;
  from: string;
  from_name: string;
  has_password: boolean;
}

/** What became of a test mail. */
export interface MailTest {
  ok: boolean;
  to: string;
  code?: string;
  /** What the server said. */
  answer?: string;
}

/** A mail to a member of staff. */
export interface Mail {
  id: string;
  to: string;
  subject: string;
  state: "planned" | "in_flight" | "sent" | "failed" | "in_doubt";
  attempts: number;
  error_code?: string;
  answer?: string;
  created_at: string;
  next_at?: string;
  sent_at?: string;
}

export const readMailServer = () => get<MailServer>("/settings/mail");
export const changeMailServer = (of: Omit<MailServer, "has_password"> & { password?: string }) => put<MailServer>("/settings/mail", of);
export const testMail = () => post<MailTest>("/settings/mail/test");
export const listMails = (cursor?: string) => get<List<Mail>>("/mails", { limit: 50, cursor });
export const mailAgain = (id: string) => post<undefined>(`/mails/${id}/again`);
