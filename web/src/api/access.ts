import { del, get, post, put } from "./client";
import type { Role, Staff } from "./settings";
import type { List, Right, Said } from "./shapes";

/** A role as it shall be. */
export interface RoleChange {
  label: Said;
  permissions: string[];
  reach: Role["reach"];
  fields: Record<string, Right>;
  unusable: string[];
}

/** What a change of the rules does to one person; pairs are before and after, empty where nothing changes. */
export interface Effect {
  staff: { id: string; name: string; role: string };
  gained: string[];
  lost: string[];
  reach: Role["reach"][];
  fields: { field: string; before: Right; after: Right; use: boolean[] }[];
  seen: number[];
  kept: number[];
}

export interface Effects {
  effects: Effect[];
  /** Customers a sharing condition holds for now. */
  matches?: number;
}

/** Every `and`, `or`, `not`, one field or one tag. */
export interface ShareCondition {
  and?: ShareCondition[];
  or?: ShareCondition[];
  not?: ShareCondition;
  field?: string;
  op?: "eq" | "ne" | "in" | "not_in";
  value?: string | string[];
  tag?: string;
}

export interface ShareChange {
  name: string;
  condition: ShareCondition;
  to: "role" | "team" | "staff";
  target: string;
  access: "read" | "write";
  active: boolean;
}

export interface Share extends ShareChange {
  id: string;
  version: number;
}

export interface Shares {
  items: Share[];
  fields: string[];
  /** What customers have in the fields, the most frequent first. */
  values: Record<string, string[]>;
}

export interface Policy {
  min_length: number;
  second_factor_roles: string[];
  outside_counts: boolean;
}

export interface Provider {
  enabled: boolean;
  label: string;
  issuer: string;
  client_id: string;
  role_claim: string;
  roles: { value: string; role: string }[];
  has_secret: boolean;
  return_to: string;
}

export interface Team {
  id: string;
  name: string;
  parent_id?: string;
}

export const addRole = (body: RoleChange & { role: string; from: string }) => post<Role>("/roles", body);
export const changeRole = (role: string, version: number, body: RoleChange) => put<Role>(`/roles/${role}`, body, { ifMatch: version });
export const removeRole = (role: string) => del(`/roles/${role}`);
export const effectOfRole = (role: string, body: RoleChange) => post<Effects>(`/roles/${role}/effect`, body);
export const listShares = () => get<Shares>("/sharing-rules");
export const addShare = (body: ShareChange) => post<Share>("/sharing-rules", body);
export const changeShare = (id: string, version: number, body: ShareChange) => put<Share>(`/sharing-rules/${id}`, body, { ifMatch: version });
export const removeShare = (id: string) => del(`/sharing-rules/${id}`);
export const effectOfShare = (body: ShareChange & { id?: string }) => post<Effects>("/sharing-rules/effect", body);
export const readPolicy = () => get<Policy>("/sign-in/policy");
export const changePolicy = (body: Policy) => put<Policy>("/sign-in/policy", body);
export const readProvider = () => get<Provider>("/sign-in/provider");
export const changeProvider = (body: Omit<Provider, "has_secret" | "return_to"> & { secret?: string }) => put<Provider>("/sign-in/provider", body);
export const readAdministration = () => get<{ on: boolean; staff: { id: string; name: string; role: string }[] }>("/administration");
export const divideAdministration = (appointments: { staff_id: string; role: string }[]) => post<undefined>("/administration/divide", { appointments });
export const listAllTeams = () => get<List<Team>>("/teams");
export const addTeam = (body: { name: string; parent_id?: string }) => post<Team>("/teams", body);
export const changeTeam = (id: string, body: { name: string; parent_id?: string }) => put<Team>(`/teams/${id}`, body);
export type { Staff };
