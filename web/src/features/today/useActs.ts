import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { delegate, dismiss, finish, pin, snooze, undoToday, type TodayAct, type TodayItem, type TodayList } from "../../api";
import { useLanguage } from "../../app/i18n";
import { useToast } from "../../ui";
import { customerOf } from "./item";

const FOLD = 180; // milliseconds a row takes to fold away

/** What may be done with a row. Each takes it off the list at once, and says so with an undo that really restores it. */
export function useTodayActs() {
  const { t } = useTranslation("today");
  const client = useQueryClient();
  const language = useLanguage();
  const { say, sayFault } = useToast();
  const [leaving, setLeaving] = useState<ReadonlySet<string>>(new Set());
  const refresh = () => client.invalidateQueries({ queryKey: ["today"] });

  /** Folds the row away, sends, and brings it back when the server says no. */
  async function take(item: TodayItem, text: string, send: () => Promise<unknown>) {
    setLeaving((ids) => new Set(ids).add(item.id));
    const sent = send();
    sent.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, FOLD));
    client.setQueriesData<TodayList>({ queryKey: ["today"] }, (list) => (list?.items ? { ...list, items: list.items.filter((each) => each.id !== item.id) } : list));
    setLeaving((ids) => new Set([...ids].filter((id) => id !== item.id)));
    try {
      await sent;
      say({ text, undo: async () => { await undoToday(item.id); await refresh(); } });
    } catch (error) {
      sayFault(error);
    }
    await refresh();
  }
  const name = (item: TodayItem) => item.subject.label[language];
  return {
    leaving,
    finish: (item: TodayItem) => take(item, t("did.done", { name: name(item) }), () => finish(item.id)),
    snooze: (item: TodayItem, until: string) => take(item, t("did.snoozed", { name: name(item) }), () => snooze(item.id, until)),
    delegate: (item: TodayItem, to: { id: string; name: string }, note: string) => take(item, t("did.delegated", { name: name(item), to: to.name }), () => delegate(item.id, to.id, note || undefined)),
    dismiss: (item: TodayItem, reason: string) => take(item, t("did.dismissed", { name: name(item) }), () => dismiss(item.id, reason)),
    pin: async (item: TodayItem) => {
      try {
        await pin(item.id, !item.pinned);
        say({ text: t(item.pinned ? "did.unpinned" : "did.pinned", { name: name(item) }), undo: async () => { await pin(item.id, item.pinned); await refresh(); } });
      } catch (error) {
        sayFault(error);
      }
      await refresh();
    },
  };
}

export type TodayActs = ReturnType<typeof useTodayActs>;

/** Opens what an action works on; a row of many shows its members. */
export function usePerform(onMembers: (item: TodayItem) => void) {
  const navigate = useNavigate();
  return (act: TodayAct | undefined, item: TodayItem) => {
    const customer = customerOf(item) ?? act?.target ?? "";
    switch (act?.code) {
      case "call": return void navigate({ to: "/customers/$id", params: { id: customer }, search: { log: "call", from: item.id } });
      case "log_contact": case "thank": return void navigate({ to: "/customers/$id", params: { id: customer }, search: { log: act.code === "thank" ? "wechat" : "call", from: item.id } });
      case "open_customers": return act.filter || item.members <= 1 ? void navigate({ to: "/customers", search: act.filter ? { filter: act.filter } : {} }) : onMembers(item);
      case "review_findings": return void navigate({ to: "/quality", search: { cause: act.target } });
      case "open_metric": return void navigate({ href: `/metrics?metric=${encodeURIComponent(act.target)}` });
      case "open_source": case "open_import": return void navigate({ to: "/imports" });
      default: if (customerOf(item)) void navigate({ to: "/customers/$id", params: { id: customer } });
    }
  };
}
