import { del, fetchBlob, get, post, put, sendFile } from "./client";
import type { CustomerPage } from "./customer";
import type { Right, Said } from "./shapes";

export const ownTypes = ["text", "number", "money", "day", "month_day", "choice", "choices", "boolean", "phone", "email", "customer", "address", "file", "formula"] as const;
export type OwnType = (typeof ownTypes)[number];

/** One value a choice may take, with the words that come in for it. */
export interface OwnValue {
  value: string;
  label: Said;
  aliases?: string[];
}

/** The sorts of files a field can be set to take. */
export const fileSorts = ["image", "pdf", "document", "sheet", "slides", "text", "mail", "archive", "audio", "video", "page"] as const;
export type FileSort = (typeof fileSorts)[number];

/** Which files a field of files takes. */
export interface FileRules {
  multiple?: boolean;
  most?: number;
  /** Bytes of one file. */
  max_size?: number;
  sorts?: FileSort[];
}

/** One file of a field. */
export interface StoredFile {
  id: string;
  name: string;
  size: number;
  type: string;
  at: string;
  by: string;
}

/** What people say about a field of their own. */
export interface OwnDraft {
  label: Said;
  applies_to: "person" | "organization" | "both";
  unit?: string;
  purpose?: string;
  sensitivity?: "normal" | "personal" | "sensitive";
  retention_days?: number;
  required_at?: string[];
  values?: OwnValue[];
  files?: FileRules;
  formula?: string;
  group?: string;
  position?: number;
}

/** A field of customers that the workspace has defined. */
export interface OwnField {
  key: string;
  label: Said;
  applies_to: "person" | "organization" | "both";
  type: OwnType;
  unit: string;
  purpose: string;
  sensitivity: "normal" | "personal" | "sensitive";
  retention_days: number | null;
  required_at: string[];
  values: OwnValue[];
  files?: FileRules;
  /** Endings of names that a field of files takes. */
  endings?: string[];
  formula?: string;
  /** Of a formula: what it gives. */
  result?: "text" | "number" | "money" | "day" | "boolean";
  group: string;
  position: number;
  archived: boolean;
  right: Right;
  version: number;
}

/** One step in the history of a value: what it was and became, and where that came from. */
export interface FieldChange {
  at: string;
  source: string;
  actor: string;
  import: { id: string; file_name: string } | null;
  before: unknown;
  after: unknown;
}

/** The parts of an address, those that are said. */
export interface Address {
  country?: string;
  province?: string;
  city?: string;
  district?: string;
  address?: string;
  postcode?: string;
}

/** A place of China in a chooser: value is what an address keeps, keys what one types to find it. */
export interface Division {
  value: string;
  name: string;
  keys: string[];
  children?: Division[];
}

export interface ParsedAddress extends Address {
  problem?: "city_not_in_province" | "district_not_in_city" | "several_places" | "no_place";
  several?: string[];
}

/** What a formula would give for a few customers. */
export interface FormulaTrial {
  result: "text" | "number" | "money" | "day" | "boolean";
  inputs: string[];
  items: { customer: { id: string; name: string }; value: unknown }[];
}

export const tryFormula = (body: { key: string; formula: string; unit: string }) => post<FormulaTrial>("/customer-fields/try-formula", body);
export const readDivisions = () => get<{ items: Division[] }>("/divisions");
export const parseAddress = (line: string) => post<ParsedAddress>("/addresses/parse", { line });
export const listOwnFields = (archived: boolean) => get<{ items: OwnField[] }>("/customer-fields", { archived });
export const defineField = (key: string, type: OwnType, draft: OwnDraft) => post<OwnField>("/customer-fields", { key, type, ...draft });
export const redefineField = (of: OwnField, draft: OwnDraft) => put<OwnField>(`/customer-fields/${of.key}`, draft, { ifMatch: of.version });
export const archiveField = (of: OwnField) => post<OwnField>(`/customer-fields/${of.key}/archive`, undefined, { ifMatch: of.version });
export const restoreField = (of: Pick<OwnField, "key" | "version">) => post<OwnField>(`/customer-fields/${of.key}/restore`, undefined, { ifMatch: of.version });
export const readFieldHistory = (customer: string, field: string) => get<{ items: FieldChange[] }>(`/customers/${customer}/fields/${field}/history`);

const filesOf = (customer: string, field: string) => `/customers/${customer}/fields/${field}/files`;

/** Told as it goes, from 0 to 1. */
export type Progress = (share: number) => void;

/** For a customer who is not there yet: the id goes into the form. */
export const uploadFile = (field: string, file: File, progress: Progress) => sendFile<StoredFile>(`/customer-fields/${field}/files`, file, { progress });
export const addFile = (customer: string, version: number, field: string, file: File, progress: Progress) => sendFile<CustomerPage>(filesOf(customer, field), file, { ifMatch: version, progress });
export const removeFile = (customer: string, version: number, field: string, file: string) => del<CustomerPage>(`${filesOf(customer, field)}/${file}`, { ifMatch: version });
export const putFileBack = (customer: string, version: number, field: string, file: string) => post<CustomerPage>(`${filesOf(customer, field)}/${file}/restore`, undefined, { ifMatch: version });
export const readFile = (customer: string, field: string, file: string, signal?: AbortSignal) => fetchBlob(`${filesOf(customer, field)}/${file}`, signal);
