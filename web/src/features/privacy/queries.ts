import { queryOptions } from "@tanstack/react-query";
import { listPurposes, readConsentOverview, readConsentTrend, readPrivacy } from "../../api";

export const purposesQuery = (archived: boolean) => queryOptions({ queryKey: ["purposes", { archived }], queryFn: () => listPurposes(archived) });
export const overviewQuery = queryOptions({ queryKey: ["consents", "overview"], queryFn: readConsentOverview });
export const trendQuery = queryOptions({ queryKey: ["consents", "trend"], queryFn: readConsentTrend });
export const settingsQuery = queryOptions({ queryKey: ["privacy"], queryFn: readPrivacy });
