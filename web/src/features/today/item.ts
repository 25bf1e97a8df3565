import type { IconName } from "../../ui";
import type { TodayActCode, TodayItem } from "../../api";

const kindIcons: Record<string, IconName> = {
  overdue_rhythm: "drop", alive_fell: "drop", thank_first_order: "heart", next_purchase_due: "bag", follow_up_due: "phone",
  data_findings: "dup", duplicate_customers: "people", quality_fell: "dup", contact_fails: "note", ask_detail: "note", she_corrects: "edit", person_request: "lock", customers_unreachable: "note", source_late: "plug", schedule_fails: "plug", metric_broke: "pulse", visits_broke: "pulse", alert_raised: "pulse", customer_alert: "pulse",
};

/** The pictogram of a row's kind; a row that stands for many shows people. */
export const iconOf = (item: TodayItem): IconName => (item.members > 1 ? "people" : (kindIcons[item.kind] ?? "bell"));

export const actIcons: Partial<Record<TodayActCode, IconName>> = { call: "phone", log_contact: "note", thank: "heart" };

export type Urgency = "late" | "hour" | "today" | "fading" | null;

const HOUR = 3_600_000;
const QUICK_HALF_LIFE = 3 * 24 * 60; // minutes

/** Why a smaller sum may stand higher: a promise that is late or near, or a chance that fades within days. */
export function urgencyOf(item: TodayItem, now: number, endOfDay: (at: string) => boolean): Urgency {
  if (item.due_at) {
    const left = Date.parse(item.due_at) - now;
    if (left < 0) return "late";
    if (left <= HOUR) return "hour";
    if (endOfDay(item.due_at)) return "today";
  }
  return item.why.half_life_minutes > 0 && item.why.half_life_minutes <= QUICK_HALF_LIFE ? "fading" : null;
}

/** The action behind the button: the primary one, else the first. */
export const primaryAct = (item: TodayItem) => item.actions.find((act) => act.primary) ?? item.actions[0];

/** The customer a row is about, if it is about one. */
export const customerOf = (item: TodayItem) => (item.subject.type === "customer" && item.members <= 1 ? item.subject.id : null);

/** The condition that lists the customers a row is about, where there is one. */
export const filterOf = (item: TodayItem) => item.actions.find((act) => act.filter)?.filter;
