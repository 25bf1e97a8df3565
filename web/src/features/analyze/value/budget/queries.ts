import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { planBudget, readBudget, type BudgetQuery, type BudgetShift } from "../../../../api";

export const budgetQuery = (of: BudgetQuery) => queryOptions({ queryKey: ["costs", "budget", of], queryFn: ({ signal }) => readBudget(of, signal), placeholderData: keepPreviousData, enabled: of.by !== "segments" || of.segments.length > 0, retry: false });
export const planQuery = (of: BudgetQuery, shift: BudgetShift) => queryOptions({ queryKey: ["costs", "budget", of, shift], queryFn: ({ signal }) => planBudget(of, shift, signal), placeholderData: keepPreviousData, retry: false });
