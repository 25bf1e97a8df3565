import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { listAlertPresets, listAlertRules, listAlerts, readAlert, readAlertRule, tryAlertRule, type AlertFires, type AlertQuery, type AlertWatch } from "../../../api";

export const alertsQuery = (query: AlertQuery) => queryOptions({ queryKey: ["alerts", query], queryFn: ({ signal }) => listAlerts(query, signal), placeholderData: keepPreviousData });
export const alertQuery = (id: string) => queryOptions({ queryKey: ["alerts", "one", id], queryFn: ({ signal }) => readAlert(id, signal) });
export const alertRulesQuery = queryOptions({ queryKey: ["alerts", "rules"], queryFn: ({ signal }) => listAlertRules(signal) });
export const alertRuleQuery = (id: string) => queryOptions({ queryKey: ["alerts", "rules", id], queryFn: ({ signal }) => readAlertRule(id, signal), enabled: id !== "" });
export const alertPresetsQuery = queryOptions({ queryKey: ["alerts", "presets"], queryFn: ({ signal }) => listAlertPresets(signal), staleTime: 60_000 });
export const alertTrialQuery = (watches: AlertWatch, fires: AlertFires, ready: boolean) =>
  queryOptions({ queryKey: ["alerts", "trial", watches, fires], queryFn: ({ signal }) => tryAlertRule(watches, fires, signal), placeholderData: keepPreviousData, enabled: ready, retry: false, staleTime: 60_000 });
