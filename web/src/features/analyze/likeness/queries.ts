import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { readCustomerPersona, readPersona, type Condition } from "../../../api";

export const personaQuery = (condition: Condition | undefined) =>
  queryOptions({ queryKey: ["likeness", "persona", condition], queryFn: ({ signal }) => readPersona(condition as Condition, signal), placeholderData: keepPreviousData, enabled: condition !== undefined, staleTime: 60_000, retry: false });
export const customerPersonaQuery = (id: string) => queryOptions({ queryKey: ["customer", id, "persona"], queryFn: ({ signal }) => readCustomerPersona(id, signal), staleTime: 300_000, retry: false });
