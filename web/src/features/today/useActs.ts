import { useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { delegate, dismiss, finish, pin, snooze, takeOut, undoToday, type Line, type List, type TodayAct, type TodayItem, type TodayList } from "../../api";
import { useLanguage } from "../../app/i18n";
import { useToast } from "../../ui";
import { customerOf, filterOf } from "./item";

const FOLD = 180; // milliseconds a row takes to fold away

/**
 * What may be done with a row. Each takes it off the list at once, and says so with an undo that really restores it;
 * onBack hears of the row that is there again.
 */
export function useTodayActs(onBack: (item: TodayItem) => void = () => {}) {
  const { t } = useTranslation("today");
  const client = useQueryClient();
  const language = useLanguage();
  const { say, sayFault } = useToast();
  const [leaving, setLeaving] = useState<ReadonlySet<string>>(new Set());
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const [sending, setSending] = useState<ReadonlySet<string>>(new Set());
  const [acting, setActing] = useState(0);
  const underWay = useRef(new Set<Promise<void>>());
  const taking = useRef(new Set<string>());
  /** The lists first: a folded row that is gone by then does not ask for members it no longer has. */
  async function read() {
    await client.invalidateQueries({ queryKey: ["today"], predicate: ({ queryKey }) => queryKey[1] !== "members" });
    taking.current.forEach(drop);
    await new Promise((resolve) => setTimeout(resolve));
    await client.invalidateQueries({ queryKey: ["today", "members"] });
  }
  /** Reads again, and lets the list move meanwhile: it is the reader's own doing. */
  async function refresh() {
    setActing((n) => n + 1);
    await read();
    setTimeout(() => setActing((n) => n - 1)); // answers reach the screen a tick after they arrive
  }

  const drop = (id: string) => client.setQueriesData<Kept>({ queryKey: ["today"] }, (kept) => without(kept, id));
  /** Runs an act together with the reading that follows it, known to the acts begun meanwhile. */
  async function run(act: () => Promise<void>) {
    const running = act();
    const settled = running.catch(() => {});
    underWay.current.add(settled);
    try {
      await running;
    } finally {
      underWay.current.delete(settled);
    }
  }
  const takeBack = (undo: () => Promise<unknown>) => () => run(async () => { await undo(); await refresh(); });

  /** Folds the row away, sends, and brings it back when the server says no. */
  const take = (item: TodayItem, text: string, send: (row: Line) => Promise<unknown>) => run(async () => {
    setLeaving((ids) => new Set(ids).add(item.id));
    setActing((n) => n + 1);
    // A folded row is another one as soon as a member leaves or returns: what the reader is just doing to its members
    // comes first, and is no reason to refuse.
    const before = item.members > 1 ? [...underWay.current] : [];
    const sent = before.length ? Promise.all(before).then(() => send({ id: item.id })) : send(item);
    sent.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, FOLD));
    taking.current.add(item.id);
    drop(item.id);
    setGone((ids) => new Set(ids).add(item.id));
    setSending((ids) => new Set(ids).add(item.id));
    const sentOff = () => setSending((ids) => new Set([...ids].filter((id) => id !== item.id)));
    const stays = () => setGone((ids) => new Set([...ids].filter((id) => id !== item.id)));
    setLeaving((ids) => new Set([...ids].filter((id) => id !== item.id)));
    const back = takeBack(() => sent.then(() => undoToday(item.id)).then(() => { stays(); sentOff(); }));
    say({ text, undo: () => back().then(() => onBack(item)) });
    await sent.catch((error: unknown) => { stays(); sentOff(); sayFault(error); });
    taking.current.delete(item.id);
    await refresh();
    sentOff();
    setActing((n) => n - 1);
  });
  const name = (item: TodayItem) => item.subject.label[language];
  return {
    leaving,
    /** Taken off the list by the reader's own act. */
    gone,
    /** Taken off, and not yet read again: an answer that was on its way does not bring it back. */
    sending,
    /** Something was pressed and is not settled yet. */
    acting: acting > 0,
    finish: (item: TodayItem) => take(item, t("did.done", { name: name(item) }), (row) => finish(row)),
    snooze: (item: TodayItem, until: string) => take(item, t("did.snoozed", { name: name(item) }), (row) => snooze(row, until)),
    delegate: (item: TodayItem, to: { id: string; name: string }, note: string) => take(item, t("did.delegated", { name: name(item), to: to.name }), (row) => delegate(row, to.id, note || undefined)),
    dismiss: (item: TodayItem, reason: string) => take(item, t("did.dismissed", { name: name(item) }), (row) => dismiss(row, reason)),
    takeOut: (member: TodayItem) => run(async () => {
      try {
        await takeOut(member.id, true);
        say({ text: t("tookOut", { name: name(member) }), undo: takeBack(() => takeOut(member.id, false)) });
      } catch (error) {
        sayFault(error);
      }
      await refresh();
    }),
    pin: async (item: TodayItem) => {
      try {
        await pin(item.id, !item.pinned);
        say({ text: t(item.pinned ? "did.unpinned" : "did.pinned", { name: name(item) }), undo: takeBack(() => pin(item.id, item.pinned)) });
      } catch (error) {
        sayFault(error);
      }
      await refresh();
    },
  };
}

export type TodayActs = ReturnType<typeof useTodayActs>;

type Kept = TodayList | InfiniteData<List<TodayItem>>;

/** What was read, without one row: of the list itself, or of the members of a folded row. */
function without(kept: Kept | undefined, id: string): Kept | undefined {
  const others = (items: TodayItem[]) => items.filter((each) => each.id !== id);
  if (kept && "pages" in kept) return { ...kept, pages: kept.pages.map((page) => ({ ...page, items: others(page.items) })) };
  return kept && "items" in kept ? { ...kept, items: others(kept.items) } : kept;
}

/** Opens what an action works on; a row of too many for one list is opened where it stands. */
export function usePerform(onOpen?: (item: TodayItem) => void) {
  const navigate = useNavigate();
  return (act: TodayAct | undefined, item: TodayItem) => {
    const customer = customerOf(item) ?? act?.target ?? "";
    switch (act?.code) {
      case "call": return void navigate({ to: "/customers/$id", params: { id: customer }, search: { log: "call", from: item.id } });
      case "log_contact": case "thank": return void navigate({ to: "/customers/$id", params: { id: customer }, search: { log: act.code === "thank" ? "wechat" : "call", from: item.id } });
      case "open_customers": {
        const filter = act.filter ?? filterOf(item);
        return item.members > 1 && !filter ? onOpen?.(item) : void navigate({ to: "/customers", search: filter ? { filter } : {} });
      }
      case "review_quality": return void navigate({ to: "/quality" });
      case "review_duplicates": return void navigate({ to: "/duplicates" });
      case "review_findings": return void navigate({ to: "/quality", search: { cause: act.target } });
      case "open_alert": return void navigate({ href: `/alerts/${encodeURIComponent(act.target)}` });
      case "open_alerts": return void navigate({ href: "/alerts" });
      case "open_metric": return void navigate({ href: `/metrics?metric=${encodeURIComponent(act.target)}` });
      case "open_request": return void navigate({ to: "/settings/privacy", search: { tab: "requests" } });
      case "open_schedule": return void navigate({ to: "/schedules/$id", params: { id: act.target } });
      case "open_source": case "open_import": return void navigate({ to: "/imports" });
      default: if (customerOf(item)) void navigate({ to: "/customers/$id", params: { id: customer } });
    }
  };
}
