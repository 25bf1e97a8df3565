import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { findCommon, listQuestions, readAnswer, type CommonDraft } from "../../../api";

export const commonQuery = (draft: CommonDraft, enabled: boolean) => queryOptions({ queryKey: ["why", "common", draft], queryFn: ({ signal }) => findCommon(draft, signal), placeholderData: keepPreviousData, enabled, retry: false });
export const questionsQuery = queryOptions({ queryKey: ["why", "questions"], queryFn: ({ signal }) => listQuestions(signal), staleTime: Infinity });
export const answerQuery = (code: string, query: { from?: string | undefined; to?: string | undefined; segment?: string | undefined }) => queryOptions({ queryKey: ["why", "answer", code, query], queryFn: ({ signal }) => readAnswer(code, query, signal), enabled: code !== "", retry: false });
