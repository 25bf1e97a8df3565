import { queryOptions, useQuery } from "@tanstack/react-query";
import { type FieldChange, listOwnFields, readFieldHistory, type Address, type Money, type OwnField, type StoredFile } from "../../../api";

/** The fields the workspace has defined; a new one is there for whoever opens the next form. */
export const ownFieldsQuery = queryOptions({ queryKey: ["own-fields"], queryFn: () => listOwnFields(false), staleTime: 30_000 });

export const historyQuery = (customer: string, field: string, version: number) =>
  queryOptions({ queryKey: ["customer", customer, "history", field, version], queryFn: () => readFieldHistory(customer, field) });

/** The fields of a kind of customer, under their headings, in the order of the form. */
export function useOwnGroups(kind: "person" | "organization"): [string, OwnField[]][] {
  const { data } = useQuery(ownFieldsQuery);
  const groups = new Map<string, OwnField[]>();
  for (const field of data?.items ?? []) {
    if (field.right === "none" || (field.applies_to !== "both" && field.applies_to !== kind)) continue;
    groups.set(field.group, [...(groups.get(field.group) ?? []), field]);
  }
  return [...groups].sort(([a], [b]) => Number(a !== "") - Number(b !== ""));
}

export const isAddress = (value: unknown): value is Address => typeof value === "object" && value !== null && !Array.isArray(value) && !isMoney(value) && !("count" in value);

/** 广东深圳南山区科技园1号; in letters the street first. */
export function addressLine(of: Address): string {
  const places = [of.country, of.province, of.city === of.province ? undefined : of.city, of.district].filter(Boolean) as string[];
  const han = /[\u4e00-\u9fff]/.test(places.join("") + (of.address ?? ""));
  return han ? [places.join("") + (of.address ?? ""), of.postcode].filter(Boolean).join(" ") : [of.address, ...places.reverse(), of.postcode].filter(Boolean).join(", ");
}

/** The whole address after each change of any of its parts, the newest first: parts changed at one moment are one step. */
export function addressSteps(parts: Record<string, FieldChange[]>): (FieldChange & { after: string | null })[] {
  const changes = Object.entries(parts).flatMap(([part, items]) => items.map((of) => ({ part, of }))).toSorted((a, b) => a.of.at.localeCompare(b.of.at));
  const now: Record<string, string> = {};
  const steps: (FieldChange & { after: string | null })[] = [];
  for (const { part, of } of changes) {
    now[part] = typeof of.after === "string" ? of.after : "";
    const step = { ...of, after: addressLine(now) || null };
    if (steps.at(-1)?.at === of.at) steps.pop();
    steps.push(step);
  }
  return steps.toReversed();
}

export const isFiles = (value: unknown): value is StoredFile[] => Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "object" && each !== null && "size" in each && "name" in each);

/** How many files a value holds; of one that is masked only that is known. */
export const fileCount = (value: unknown): number => (Array.isArray(value) ? value.length : typeof value === "object" && value !== null && "count" in value ? Number(value.count) : 0);

/** The names of the files that a change put in, and of those it took out. */
export function fileChange(before: unknown, after: unknown) {
  const [was, is] = [before, after].map((each) => (isFiles(each) ? each : [])) as [StoredFile[], StoredFile[]];
  const without = (all: StoredFile[], others: StoredFile[]) => all.filter((each) => !others.some((other) => other.id === each.id)).map((each) => each.name);
  return { added: without(is, was), removed: without(was, is) };
}

export const isMoney = (value: unknown): value is Money => typeof value === "object" && value !== null && "amount" in value && "currency" in value;

/** What a form holds for a field, as the server takes it; "" clears. Faults are the server's to find. */
export function givenValue(field: OwnField, texts: string[], exponent: (currency: string) => number): unknown {
  const text = texts[0]?.trim() ?? "";
  if (field.type === "choices") return texts.length ? texts : null;
  if (text === "") return null;
  switch (field.type) {
    case "address": return JSON.parse(text) as Address;
    case "file": return JSON.parse(text) as string[];
    case "boolean": return text === "true";
    case "number": return plainNumber(text) ?? text;
    case "money": {
      const amount = plainNumber(text);
      return amount === undefined ? text : { amount: Math.round(amount * 10 ** exponent(field.unit)), currency: field.unit };
    }
    default: return text;
  }
}

const plainNumber = (text: string) => {
  const bare = text.replace(/[,，\s]/g, "");
  return /^-?\d+(\.\d+)?$/.test(bare) ? Number(bare) : undefined;
};

/** The value as an input shows it. */
export function typedValue(value: unknown, exponent: (currency: string) => number): string {
  if (value === null || value === undefined) return "";
  if (isMoney(value)) return String(value.amount / 10 ** exponent(value.currency));
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/** The value as the server takes it back, for an undo. */
export const sentValue = (value: unknown): unknown => value ?? null;
