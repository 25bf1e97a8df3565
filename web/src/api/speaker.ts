import { del, get, patch, post } from "./client";
import type { CustomerFields } from "./customer";
import type { List, Named } from "./shapes";

/** What a contact's word can weigh in a decision. */
export const contactRoles = ["decides", "pays", "uses", "influences", "gatekeeps", "champions"] as const;
export type ContactRole = (typeof contactRoles)[number];

/** A person who speaks for an organization; both are customers. */
export interface Contact {
  id: string;
  organization: Named;
  person: Named & { phone: string | null; email: string | null };
  roles: ContactRole[];
  title: string;
  department: string;
  /** Whom to turn to first. */
  main: boolean;
  since: string | null;
  /** Set where the person no longer speaks for the organization. */
  until: string | null;
  version: number;
}

export type ContactFields = Pick<Contact, "roles" | "title" | "department" | "main" | "since" | "until">;
export type NewContact = ContactFields & ({ other: string } | { new: Partial<CustomerFields> });

export const readContacts = (id: string, cursor: string, signal?: AbortSignal) => get<List<Contact>>(`/customers/${id}/contacts`, { limit: 50, ...(cursor ? { cursor } : {}) }, signal);
export const addContact = (id: string, body: NewContact, idempotencyKey?: string) => post<Contact>(`/customers/${id}/contacts`, body, idempotencyKey ? { idempotencyKey } : {});
export const changeContact = (id: string, contact: string, body: Partial<ContactFields>, version?: number) => patch<Contact>(`/customers/${id}/contacts/${contact}`, body, version ? { ifMatch: version } : {});
export const removeContact = (id: string, contact: string) => del(`/customers/${id}/contacts/${contact}`);
