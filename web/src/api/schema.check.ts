/**
 * The shapes in this folder say what a page relies on. This file refuses to compile where the served document
 * (schema.gen.ts, made by `npm run gen`) lacks a field of them. Nothing of it reaches the bundle.
 */
import type { Customer, CustomerPage, Timeline } from "./customer";
import type { AuditEntry, AuditProof, Role, SignedIn, Staff, Token } from "./settings";
import type { Found } from "./search";
import type { Session, Workspace } from "./session";
import type { components } from "./schema.gen";
import type { TodayItem, TodayList, TodayLog } from "./today";

type Served = components["schemas"];

/** Fields of ours that the document does not have. Names alone: it does not tell which objects may be null. */
type Missing<S, Ours> = { [K in keyof Ours]-?: undefined extends Ours[K] ? never : K extends keyof S ? never : K }[keyof Ours];

type Agrees<S, Ours> = [Missing<S, Ours>] extends [never] ? true : Missing<S, Ours>;

export const agreed: [
  Agrees<Served["CustomerItem"], Customer>,
  Agrees<Served["CustomerPage"] & Served["CustomerItem"], CustomerPage>,
  Agrees<Served["TimelinePage"], Timeline>,
  Agrees<Served["TodayItem"], TodayItem>,
  Agrees<Served["Today"], TodayList>,
  Agrees<Served["TodayLog"], TodayLog>,
  Agrees<Served["StaffItem"], Staff>,
  Agrees<Served["Role"], Role>,
  Agrees<Served["SessionItem"], SignedIn>,
  Agrees<Served["TokenItem"], Token>,
  Agrees<Served["AuditItem"], AuditEntry>,
  Agrees<Served["AuditState"], AuditProof>,
  Agrees<Served["SessionOutBody"], Session>,
  Agrees<Served["WorkspaceSettings"], Workspace>,
  Agrees<Served["Found"], Found>,
] = [true, true, true, true, true, true, true, true, true, true, true, true, true, true, true];
