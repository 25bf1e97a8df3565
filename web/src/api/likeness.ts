import { get, post } from "./client";
import type { Condition, Said } from "./shapes";

/** One value of a detail. The index (TGI) is 100 × the members' share ÷ everybody's; low and high are its limits at 99%. */
export interface PersonaItem {
  detail: string;
  detail_label: Said;
  value: string;
  label: Said;
  bound: number | null;
  members: number;
  base: number;
  share: number;
  base_share: number;
  index: number;
  low: number;
  high: number;
  /** Cohen's h. */
  effect: number;
  sure: boolean;
  condition: Condition | null;
}

export type PersonaUnit = "days" | "orders" | "share" | "money" | "";

export interface PersonaDetail {
  name: string;
  label: Said;
  unit?: PersonaUnit;
  several: boolean;
  known: number;
  known_base: number;
  median: number | null;
  base_median: number | null;
  /** Share of everybody below the median member. */
  rank: number | null;
  items: PersonaItem[];
}

/** A typical member of a group, by what sets the group apart from everybody. */
export interface Persona {
  sentence: Said;
  condition: Condition;
  members: number;
  base: number;
  headline: Said;
  differences: PersonaItem[];
  parts: { part: "basics" | "behaviour" | "spending"; details: PersonaDetail[] }[];
}

export const readPersona = (condition: Condition, signal?: AbortSignal) => post<Persona>("/personas", { condition }, { signal });
export const readCustomerPersona = (id: string, signal?: AbortSignal) => get<Persona>(`/customers/${id}/persona`, undefined, signal);
