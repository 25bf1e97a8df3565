import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { findCommon, type CommonDraft } from "../../../api";

export const commonQuery = (draft: CommonDraft, enabled: boolean) => queryOptions({ queryKey: ["why", "common", draft], queryFn: ({ signal }) => findCommon(draft, signal), placeholderData: keepPreviousData, enabled, retry: false });
